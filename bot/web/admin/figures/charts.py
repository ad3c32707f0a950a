"""What the charts draw: options for ECharts, as JSON. The script draws them; without it the tables are there. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.web.admin.figures.sheets import WEEKDAYS
from bot.web.sheets import Sheet

MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its table. `label` says in a sentence what it shows; `kind` is one that figures.js can draw."""

    kind: str
    label: str
    sheet: Sheet
    note: str = ""
    data: str = "null"

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw."""
        return self.kind != "table" and bool(self.sheet.rows)


def bars(sheet: Sheet, note: str = "") -> Chart:
    """Draw the largest rows of a table as lying bars."""
    shown = [(str(row[0]), bar) for row, bar in zip(sheet.rows, sheet.bars, strict=True) if bar][:MOST_BARS]
    label = f"{sheet.title}，最多的是{shown[0][0]}，{shown[0][1]} 句" if shown else f"{sheet.title}，这段时间很少"
    data: dict[str, Any] = {"names": [name for name, _ in shown], "values": [value for _, value in shown]}
    return Chart("bars" if shown else "table", label, sheet, note, json.dumps(data, ensure_ascii=False))


def columns(sheet: Sheet) -> Chart:
    """Draw days or weeks as columns; what is hidden in the table is empty."""
    highest = max((bar for bar in sheet.bars if bar), default=0)
    label = f"{sheet.title}，最多 {highest} 句" if highest else f"{sheet.title}，这段时间很少"
    data = {"names": [str(row[0]) for row in sheet.rows], "values": list(sheet.bars)}
    return Chart("columns" if highest else "table", label, sheet, "", json.dumps(data, ensure_ascii=False))


def heat(sheet: Sheet) -> Chart:
    """Draw hours by weekday; what is hidden in the table is empty."""
    cells = [
        [day, hour, value]
        for hour, row in enumerate(sheet.rows)
        for day, value in enumerate(row[1:])
        if isinstance(value, int) and value
    ]
    if not cells:
        return Chart("table", f"{sheet.title}，这段时间很少", sheet)
    day, hour, most = max(cells, key=lambda cell: cell[2])
    note = f"{WEEKDAYS[day]} {hour} 点到 {hour + 1} 点最多，{most} 句。"
    data = {"days": list(WEEKDAYS), "cells": cells, "most": most}
    return Chart("heat", f"{sheet.title}，{note}", sheet, note, json.dumps(data, ensure_ascii=False))


def table(sheet: Sheet, note: str = "") -> Chart:
    """Draw nothing: the table says it best."""
    return Chart("table", sheet.title, sheet, note)

"""The region tree <-> `regions.csv`: slug, code, name, level, parent, aliases (separated by |)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from knowledge import records
from knowledge.faults import Fault
from knowledge.model import Region

FILE = "regions.csv"
COLUMNS = ("slug", "code", "name", "level", "parent", "aliases")


def read(text: str) -> tuple[dict[str, Region], list[Fault]]:
    """Read every row; rows with a fault are left out."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, Region] = {}
    faults: list[Fault] = []
    try:
        if tuple(next(rows, ())) != COLUMNS:
            return {}, [Fault(FILE, "第一行不对", f"第一行写 {','.join(COLUMNS)}")]
        for row in rows:
            _take(row, f"第 {rows.line_num} 行", found, faults)
    except csv.Error as error:
        faults.append(Fault(FILE, f"第 {rows.line_num} 行读不懂（{error}）", "检查引号和逗号"))
    return found, faults


def write(regions: Iterable[Region]) -> str:
    """Write the rows in the given order."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for region in regions:
        aliases = "|".join(region.aliases)
        writer.writerow((region.slug, region.code, region.name, region.level, region.parent or "", aliases))
    return out.getvalue()


def _take(row: list[str], where: str, found: dict[str, Region], faults: list[Fault]) -> None:
    if len(row) != len(COLUMNS):
        faults.append(Fault(FILE, f"{where}有 {len(row)} 格，应有 {len(COLUMNS)} 格", "补上逗号或删去多余的"))
        return
    value: Mapping[str, object] = {
        **dict(zip(COLUMNS, row, strict=True)),
        "parent": row[4] or None,
        "aliases": row[5].split("|") if row[5] else [],
    }
    region, wrongs = records.decode(Region, value)
    faults.extend(Fault(FILE, f"{where}{wrong.what}", wrong.mend) for wrong in wrongs)
    if region and region.slug in found:
        faults.append(Fault(FILE, f"{where}的 slug {region.slug} 前面已有", "改一个，或删去重复的行"))
    elif region:
        found[region.slug] = region

"""Rules about the region tree: one code each, every parent there and above its children."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.model import Library
from knowledge.regions import COUNTRY, LEVELS
from knowledge.rules.problem import SLUG, Problem

_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at every region and its parent; nobody amends one, so only where the whole library is looked at."""
    if part is not library:
        return
    codes: dict[str, str] = {}
    for region in library.regions.values():
        where = f"regions.csv#{region.slug}"
        if not SLUG.fullmatch(region.slug):
            yield Problem(where, "id", f"标识 {region.slug} 只能用小写字母、数字和短横线，请改写。")
        if not _CODE.fullmatch(region.code):
            yield Problem(where, "region-code", f"代码 {region.code} 应是六位、九位或十二位数字，请改正。")
        if (other := codes.setdefault(region.code, region.slug)) != region.slug:
            yield Problem(where, "region-code", f"代码 {region.code} 和 {other} 重复，请改正。")
        if message := _parent(region.slug, library):
            yield Problem(where, "region-parent", message)


def _parent(slug: str, library: Library) -> str | None:
    region = library.regions[slug]
    if region.parent is None:
        return None if slug == COUNTRY else "没有上级地区，请写上。"
    parent = library.regions.get(region.parent)
    if parent is None:
        return f"上级地区 {region.parent} 不存在，请改正。"
    if LEVELS.index(parent.level) >= LEVELS.index(region.level):
        return f"上级地区 {parent.name} 的级别不比它高，请改正。"
    return None

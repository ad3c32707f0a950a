"""What cannot be read is told with its file, what it is and how to mend it; never as a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from a_library import library

from knowledge.files import ContentError, dump, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dump(library(), tmp_path)
    return tmp_path


Spoil = Callable[[str, str, str], tuple[str, str]]


@pytest.fixture
def spoilt(folder: Path) -> Spoil:
    """Change one place in one file and give the first fault of loading: what and how to mend it."""

    def spoil(file: str, old: str, new: str) -> tuple[str, str]:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ContentError) as refused:
            load(folder)
        assert {fault.file for fault in refused.value.faults} == {file}
        return refused.value.faults[0].what, refused.value.faults[0].mend

    return spoil


ENTRY = "entries/screens/screens-slams-door.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "mend"),
    [
        (ENTRY, "title:", "titel:", "字段 title 没有写", "补上 title"),
        (ENTRY, "families: []", "families: []\ncolour: red", "不认识字段 colour", "改正拼写或删去它"),
        (ENTRY, "families: []", "families: 留守", "字段 families 要是列表", "写成 [甲, 乙]，没有就写 []"),
        (ENTRY, "written: 2026-11-22", "written: 去年", "字段 written 不是日期：去年", "写成 2026-01-31 的样子"),
        (
            ENTRY,
            "written: 2026-11-22",
            "written: 2026-02-30",
            "字段 written 不是日期：2026-02-30",
            "写成 2026-01-31 的样子",
        ),
        (ENTRY, "id: screens-slams-door", "id: other", "id 是 other，和文件名不一样", "让 id 和文件名一样"),
        (ENTRY, "topics: [screens", "topics: [services", "放在 screens，和第一个主题不一样", "移到第一个主题的文件夹"),
        (ENTRY, "title: ", "title: x\ntitle: ", "第 4 行的字段 title 写了两次", "只留一处"),
        (ENTRY, "title: 初", "title: {初", "第 4 行附近不是正确的 YAML", "检查缩进、冒号和引号"),
        (ENTRY, "## 详解", "## 解答", "不是一篇条目的样子", "依次写"),
        (ENTRY, "families: []", "brief: x", "不认识字段 brief", "答案写在 ## 简答"),
        (
            "listings/changzhou.yaml",
            'phone: "96111"',
            "phone: 96111",
            "changzhou-96111：字段 phone 要是文字，现在是 96111",
            "给数字加上引号",
        ),
        (
            "listings/changzhou.yaml",
            "kind: hotline",
            "kind: phone",
            "changzhou-96111：字段 kind 的值“phone”不认识",
            "只能是 emergency、hotline",
        ),
        (
            "listings/changzhou.yaml",
            "region: changzhou",
            "region: putuo",
            "changzhou-96111 的 region 是 putuo",
            "移到 listings/putuo.yaml",
        ),
        (
            "listings/china.yaml",
            "- id: national-110",
            "- id: national-12345",
            "id national-12345 前面已有",
            "改一个",
        ),
        (
            "listings/changzhou.yaml",
            "hours: null",
            "hours: [{days: 周一, from: 8, to: 9}]",
            "changzhou-96111：字段 hours 里字段 days 的日子看不懂：周一",
            "写 all",
        ),
        (
            "listings/changzhou.yaml",
            "hours: null",
            'hours: [{days: all, from: "8:00", to: "25:00"}]',
            "changzhou-96111：字段 hours 里字段 from 不是钟点：8:00；字段 to 不是钟点：25:00",
            "写成",
        ),
        (
            "activities/china.yaml",
            "rule: week-of",
            "rule: weekly",
            "family-week：字段 recurrence 里字段 rule",
            "只能是",
        ),
        (
            "activities/china.yaml",
            "month: 5",
            'month: "5"',
            "family-week：字段 recurrence 里字段 month 要是整数",
            "写不带引号",
        ),
        ("taxonomy.yaml", 'ages: "6-12"', "ages: 小学", "stages 里的 primary 写得不对", "ages 写成 6-12"),
        (
            "taxonomy.yaml",
            "group: digital",
            "group: digital, stages: [baby]",
            "topics 里 screens 的年龄段 baby 不存在",
            "改成 stages 里有的",
        ),
        (
            "taxonomy.yaml",
            "group: digital",
            "group: digital, stages: junior",
            "topics 里的 screens 写得不对",
            "stages 写成 [primary",
        ),
        ("taxonomy.yaml", "group: digital", "group: none", "topics 里 screens 的组 none 不存在", "改成 groups 里有的"),
        (
            "regions.csv",
            "changzhou,320400,常州市,city",
            "changzhou,320400,常州市,town",
            "第 12 行字段 level 的值“town”",
            "只能是",
        ),
        ("regions.csv", "changzhou,", "310000,", "第 12 行的 slug 310000 前面已有", "改一个"),
        ("regions.csv", "putuo,", "putuo,putuo,", "第 20 行有 7 格，应有 6 格", "补上逗号"),
        ("regions.csv", "slug,", "id,", "第一行不对", "第一行写 slug"),
    ],
)
def test_a_fault_says_what_it_is_and_how_to_mend_it(
    spoilt: Spoil, file: str, old: str, new: str, what: str, mend: str
) -> None:
    said = spoilt(file, old, new)

    assert said[0].startswith(what)
    assert said[1].startswith(mend)


def test_a_file_that_is_no_list_is_told(folder: Path) -> None:
    (folder / "duties/china.yaml").write_text("id: internet-cafe\n", encoding="utf-8")

    with pytest.raises(ContentError, match="不是列表"):
        load(folder)


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    for name in ("taxonomy.yaml", "sources.yaml"):
        (folder / name).unlink()
    (folder / "duties/china.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / ENTRY).write_text("", encoding="utf-8")

    with pytest.raises(ContentError) as refused:
        load(folder)

    assert {fault.file for fault in refused.value.faults} == {
        "taxonomy.yaml",
        "sources.yaml",
        "duties/china.yaml",
        ENTRY,
    }
    assert "taxonomy.yaml：没有这个文件。补上它。" in str(refused.value)

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from a_library import TAXONOMY, activity, duty, entry, library, listing

from knowledge import region_file
from knowledge.files import CONTENT, dump, load, load_taxonomy
from knowledge.model import DAYS, Recurrence, Region, Verification

LINE = """- id: changzhou-96111
  name: 常州市未成年人心理服务热线
  kind: hotline
  region: changzhou
  about: 孩子和家长都可以打。
  phone: "96111"
  audience: [children, parents]
  hours:
    - {days: all, from: "08:00", to: "22:00", tier: 咨询老师接听}
    - {days: mon-fri, from: "22:00", to: "08:00", "on": workday}
    - {days: [mon, wed], from: "00:00", to: "00:00"}
  source: notice-2024
  source_date: 2024-06-04
  verified: {"on": 2026-11-01, by: 值班员}
  fallback: [national-12356]
"""


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dump(library(), tmp_path)
    return tmp_path


ENTRY = "entries/screens/screens-slams-door.md"


def test_a_library_comes_back_as_it_was_written(folder: Path) -> None:
    assert load(folder) == library()


def test_reading_and_writing_again_changes_no_byte(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("again")
    dump(load(folder), other)

    assert tree(other) == tree(folder)


def test_writing_over_itself_changes_no_byte(folder: Path) -> None:
    before = tree(folder)
    dump(load(folder), folder)

    assert tree(folder) == before


def test_what_is_not_in_the_library_any_more_goes_and_other_files_stay(folder: Path) -> None:
    (folder / "exam").mkdir()
    (folder / "exam" / "screens.yaml").write_text("[]\n", encoding="utf-8")

    dump(library(entries=[], duties=[]), folder)

    assert load(folder) == library(entries=[], duties=[])
    assert (folder / "exam" / "screens.yaml").exists()
    assert not list(folder.glob("entries/*/*.md"))


def test_a_taxonomy_file_that_says_the_same_keeps_its_comments(folder: Path) -> None:
    path = folder / "taxonomy.yaml"
    commented = "# why\n" + path.read_text(encoding="utf-8") + "intents: [guidance]\n"
    path.write_text(commented, encoding="utf-8")

    dump(library(), folder)

    assert path.read_text(encoding="utf-8") == commented
    assert load_taxonomy(folder) == TAXONOMY


@pytest.mark.parametrize("name", ["../outside", "a/b", "", "Ａ"])
def test_an_id_that_is_no_slug_never_becomes_a_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a slug"):
        dump(library(entries=[entry(name)]), tmp_path)

    assert tree(tmp_path) == {}


def test_an_entry_is_written_for_people_to_read(folder: Path) -> None:
    text = (folder / ENTRY).read_text(encoding="utf-8")

    assert text.startswith(
        "---\nid: screens-slams-door\ntitle: 初中生一收手机就摔门怎么办\nintent: guidance\n"
        "topics: [screens, communication]\n"
    )
    assert "region: null\nwordings:\n  - 一拿走就砸门\n" in text
    assert "written: 2026-11-22\nreviewed: null\nreview_by: 2027-11-22\nrelated: []\n---\n\n## 简答\n\n收了手机" in text


def test_a_number_and_hours_that_are_not_known_are_written_as_such(tmp_path: Path) -> None:
    dump(library(listings=[listing(phone=None)]), tmp_path)

    text = (tmp_path / "listings/china.yaml").read_text(encoding="utf-8")
    assert "  phone: null\n  hours: null\n" in text
    assert "address" not in text


def test_the_spelling_of_the_guide_is_read(folder: Path) -> None:
    (folder / "listings/changzhou.yaml").write_text(LINE, encoding="utf-8")

    line = load(folder).listings["changzhou-96111"]

    assert line.phone == "96111"
    assert line.hours is not None
    assert [(s.days, s.start.hour, s.end.hour, s.on) for s in line.hours] == [
        (DAYS, 8, 22, "any"),
        (DAYS[:5], 22, 8, "workday"),
        (("mon", "wed"), 0, 0, "any"),
    ]
    assert line.verified == Verification(date(2026, 11, 1), "值班员")


def test_the_word_on_is_a_field_and_no_truth_value(folder: Path) -> None:
    (folder / "listings/changzhou.yaml").write_text(LINE.replace('"on"', "on"), encoding="utf-8")

    hours = load(folder).listings["changzhou-96111"].hours
    assert hours is not None
    assert hours[1].on == "workday"


def test_every_rule_of_recurrence_survives_its_file(tmp_path: Path) -> None:
    rules = [
        Recurrence("nth-weekday", month=5, nth=3, weekday="mon"),
        Recurrence("months", months=(9, 10)),
        Recurrence("term", times=2),
        Recurrence("once", start=date(2026, 1, 1), end=date(2026, 1, 2)),
    ]
    made = library(activities=[activity(f"a-{n}", recurrence=rule) for n, rule in enumerate(rules)])

    dump(made, tmp_path)

    assert load(tmp_path) == made
    assert "  recurrence: {rule: nth-weekday, month: 5, nth: 3, weekday: mon}\n" in (
        tmp_path / "activities/china.yaml"
    ).read_text(encoding="utf-8")


def test_region_rows_are_what_other_programs_read() -> None:
    rows = [Region("a", "1", '带"引号",的', "city", None, ("一", "二"))]

    text = region_file.write(rows)

    assert next(csv.DictReader(text.splitlines()))["aliases"] == "一|二"
    assert region_file.read(text) == ({"a": rows[0]}, [])
    assert region_file.read('slug,code,name,level,parent,aliases\na,"b')[1]


def test_a_whole_library_loads_in_well_under_a_second(tmp_path: Path) -> None:
    many = library(
        entries=[entry(f"e-{n}") for n in range(400)],
        duties=[duty(f"d-{n}") for n in range(100)],
        regions=[
            *library().regions.values(),
            *(Region(f"9{n:05}", f"9{n:05}", f"第{n}县", "district", "320000") for n in range(3500)),
        ],
    )
    dump(many, tmp_path)

    loaded = load(tmp_path)

    assert loaded == many


def test_the_packaged_taxonomy_is_found() -> None:
    assert load_taxonomy().topics["screens"].name == "手机与屏幕"
    assert (CONTENT / "taxonomy.yaml").exists()


def test_entries_of_different_regions_and_years_keep_everything(tmp_path: Path) -> None:
    full = replace(entry(), region="putuo", families=("left-behind",), reviewed=date(2026, 12, 1), related=("other",))

    dump(library(entries=[full]), tmp_path)

    assert load(tmp_path).entries == {full.id: full}

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from a_library import OFFICE_HOURS, TAXONOMY, WHOLE_DAY, activity, duty, entry, library, listing

from knowledge.model import Library, Recurrence, Region, Verification
from knowledge.release import ReleaseError, digest, freeze, read, write


def test_a_release_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = freeze(
        library(
            listings=[listing(hours=(*WHOLE_DAY, *OFFICE_HOURS), verified=Verification(date(2026, 1, 2), "值班员"))],
            activities=[activity(recurrence=Recurrence("nth-weekday", month=5, nth=3, weekday="mon"))],
        ),
        7,
    )

    write(made, tmp_path / "deep" / "library.json")

    assert read(tmp_path / "deep" / "library.json") == made
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["library.json"]


def test_things_keep_the_order_of_their_files(tmp_path: Path) -> None:
    made = freeze(library(duties=[duty("b"), duty("a")]), 1)

    write(made, tmp_path / "library.json")

    assert list(read(tmp_path / "library.json").library.duties) == ["b", "a"]


def test_the_same_content_has_the_same_digest_in_whatever_order() -> None:
    one = freeze(library(entries=[entry("a"), entry("b")]), 1)
    other = freeze(library(entries=[entry("b"), entry("a")]), 2)

    assert one.digest == other.digest
    assert len(one.digest) == hashlib.sha256().digest_size * 2


@pytest.mark.parametrize(
    "changed",
    [
        library(entries=[entry(title="另一个标题")]),
        library(entries=[]),
        library(listings=[listing(phone=None)]),
        library(regions=[]),
        Library(TAXONOMY),
    ],
)
def test_other_content_has_another_digest(changed: Library) -> None:
    assert digest(changed) != digest(library())


def test_a_release_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    write(freeze(library(), 1), path)
    path.write_text(path.read_text(encoding="utf-8").replace("12356", "12357"), encoding="utf-8")

    with pytest.raises(ReleaseError, match="does not match its digest"):
        read(path)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 1, "library": {}}', '{"format": 2}', "\udcff"])
def test_what_is_no_release_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(ReleaseError):
        read(path)


def test_a_release_with_a_broken_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    write(freeze(library(), 1), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["library"]["entries"]["screens-slams-door"]["title"]
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ReleaseError, match="screens-slams-door: 字段 title 没有写"):
        read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError):
        read(tmp_path / "gone.json")


def test_a_whole_library_is_written_and_read_whole(tmp_path: Path) -> None:
    many = library(
        entries=[entry(f"e-{n}") for n in range(500)],
        regions=[Region(f"9{n:05}", f"9{n:05}", f"第{n}县", "district", None) for n in range(3500)],
    )
    made = freeze(many, 1)
    write(made, tmp_path / "library.json")
    back = read(tmp_path / "library.json")

    assert back == made

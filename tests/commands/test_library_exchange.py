"""`knowledge export --as` and `knowledge import` of a file: the same reading and judging as in the admin."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands import library
from bot.commands.library import export_content, import_content
from knowledge import files


@pytest.mark.parametrize(("form", "name"), [("xlsx", "知识库.xlsx"), ("csv", "知识库.zip"), ("md", "条目.zip")])
def test_what_is_exported_comes_back_unchanged(
    tmp_path: Path, form: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export_content(tmp_path, form)
    assert import_content(tmp_path / name, dry_run=True)
    assert "有改动 0 条" in capsys.readouterr().err


def test_a_file_with_a_row_that_cannot_be_read_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(library, "CONTENT", tmp_path / "content")
    (tmp_path / "bad.csv").write_text("编号,电话,地区\nnational-12338,12338,某某国\n", encoding="utf-8")
    assert not import_content(tmp_path / "bad.csv", dry_run=False)
    assert "第 2 行 C 列：没有“某某国”" in capsys.readouterr().err
    assert not (tmp_path / "content").exists()


def test_a_change_in_a_file_is_taken_into_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "CONTENT", tmp_path / "content")
    (tmp_path / "content").mkdir()
    (tmp_path / "服务与热线.csv").write_text("编号,介绍\nnational-12338,妇女维权和家庭教育热线。\n", encoding="utf-8")
    assert import_content(tmp_path / "服务与热线.csv", dry_run=False)
    assert files.load(tmp_path / "content").listings["national-12338"].about == "妇女维权和家庭教育热线。"


def test_no_such_format(tmp_path: Path) -> None:
    assert not export_content(tmp_path, "pdf")
    assert list(tmp_path.iterdir()) == []

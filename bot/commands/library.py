"""`knowledge check`, `export` and `import`: the content files, checked, copied out in the fixed form, or taken in."""

from __future__ import annotations

import sys
from pathlib import Path

from knowledge import exam, files, outline
from knowledge.check import Problem, check
from knowledge.files import CONTENT, ContentError
from knowledge.model import Library


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def check_content(folder: Path | None) -> bool:
    """Print everything that is wrong; whether nothing is."""
    root = folder or CONTENT
    try:
        library, questions, points = files.load(root), exam.load(root / exam.FOLDER), outline.load(root)
    except (ContentError, exam.ExamError) as error:
        _say(str(error))
        return False
    problems = check(library, questions, points)
    _show(problems)
    _say(f"{_held(library)}、{len(questions)} 道考题：{f'{len(problems)} 处要改' if problems else '没有要改的'}。")
    return not problems


def _held(library: Library) -> str:
    services = f"{len(library.listings)} 家机构、{len(library.activities)} 项活动、{len(library.duties)} 条归口"
    return f"{len(library.entries)} 条条目、{services}"


def _show(problems: list[Problem]) -> None:
    for problem in problems:
        _say(f"{problem.where}  [{problem.rule}]  {problem.message}")


def export_content(target: Path) -> None:
    """Write the library to a folder in the fixed form; reading it back gives the same library."""
    target.mkdir(parents=True, exist_ok=True)
    files.dump(files.load(), target)


def import_content(source: Path, *, dry_run: bool) -> bool:
    """Take a folder as the new library if nothing is wrong with it; otherwise nothing changes. Whether it was taken."""
    try:
        library = files.load(source)
    except ContentError as error:
        _say(str(error))
        return False
    problems = check(library)
    _show(problems)
    if problems:
        _say(f"{len(problems)} 处要改，没有导入。")
        return False
    if dry_run:
        _say("检查过了，没有要改的。去掉 --dry-run 就会导入。")
        return True
    try:
        files.dump(library, CONTENT)
    except OSError as error:
        _say(f"写不进 {CONTENT}：{error.strerror}。也可以直接发布那个文件夹：python -m bot index build {source}")
        return False
    _say("已导入。运行 python -m bot index build 发布。")
    return True

"""`knowledge check`, `export` and `import`: the content files, checked, copied out in the fixed form, or taken in."""

from __future__ import annotations

import sys
from pathlib import Path

from knowledge import exam, files, outline
from knowledge.amend import Amendment, amended
from knowledge.check import Problem, check
from knowledge.files import CONTENT, ContentError
from knowledge.imports.apart import read_apart
from knowledge.imports.base import RefusedFile
from knowledge.imports.exports import FORMATS, Format, exported
from knowledge.imports.judge import counted, judged, thing_of
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


def export_content(target: Path, form: str = "folder") -> bool:
    """Write the library to a folder, in the fixed form or as one file of another format; whether that was done."""
    named: Format | None = next((one for one in FORMATS if one == form), None)
    if named is None and form != "folder":
        _say(f"没有 {form} 这种格式，请写 folder、{'、'.join(FORMATS)}。")
        return False
    target.mkdir(parents=True, exist_ok=True)
    if named is None:
        files.dump(files.load(), target)
        return True
    made = exported(files.load(), named)
    (target / made.name).write_bytes(made.data)
    _say(f"写好了 {target / made.name}。")
    for title in made.left_out:
        _say(f"这种格式放不下：{title}")
    return True


def _from_folder(source: Path) -> Library | None:
    try:
        return files.load(source)
    except ContentError as error:
        _say(str(error))
        return None


def _from_file(source: Path) -> Library | None:
    """Judge a file as the admin does; the library with its things, None where a row cannot be read."""
    library = files.load()
    try:
        parsed = read_apart(source.read_bytes(), source.name)
    except RefusedFile as refused:
        _say(str(refused))
        return None
    rows = judged(parsed, library)
    for complaint in (*parsed.notes, *(fault for row in rows for fault in row.faults)):
        _say(str(complaint))
    told = counted(rows)
    _say(f"新的 {told['new']} 条，有改动 {told['changed']} 条，没有变 {told['unchanged']} 条。")
    if told["unreadable"] or not rows:
        _say(f"{told['unreadable']} 行读不出来，没有导入。")
        return None
    return amended(library, tuple(Amendment(row.sort, row.key, thing_of(row)) for row in rows))


def import_content(source: Path, *, dry_run: bool) -> bool:
    """Take a folder as the new library, or a file's things into it, if nothing is wrong; whether it was taken."""
    library = _from_file(source) if source.is_file() else _from_folder(source)
    if library is None:
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

"""One entry <-> its Markdown file: YAML front matter, then the short and the long answer."""

from __future__ import annotations

import re

from knowledge import records, yaml_text
from knowledge.faults import Fault
from knowledge.model import Entry

BRIEF, FULL = "简答", "详解"
# In the order in which an editor reads them: what it is about, how parents ask it, what it rests on.
_ORDER = (
    *("id", "title", "intent", "topics", "stages", "families", "region", "wordings", "sources"),
    *("written", "reviewed", "review_by", "related"),
)
_PARTS = re.compile(
    rf"---\n(?P<front>.*?)\n---\s*\n+## {BRIEF}[ \t]*\n(?P<brief>.*?)\n## {FULL}[ \t]*\n(?P<full>.*)", re.DOTALL
)


def read(text: str, file: str) -> tuple[Entry | None, list[Fault]]:
    """Read one entry; with any fault there is no entry."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        shape = f"依次写：一行 ---，各字段，一行 ---，## {BRIEF}，## {FULL}"
        return None, [Fault(file, "不是一篇条目的样子", shape)]
    front, faults = yaml_text.read("\n" + parts["front"], file)  # so that lines are counted as in the file
    if faults:
        return None, faults
    if not isinstance(front, dict):
        return None, [Fault(file, "两行 --- 之间没有字段", "写上 id、title 等字段")]
    mixed = sorted({"brief", "full"} & front.keys())
    faults = [Fault(file, f"不认识字段 {name}", f"答案写在 ## {BRIEF} 和 ## {FULL} 下面") for name in mixed]
    entry, wrongs = records.decode(Entry, front | {"brief": parts["brief"].strip(), "full": parts["full"].strip()})
    faults += [Fault(file, wrong.what, wrong.mend) for wrong in wrongs]
    return (None if faults else entry), faults


def write(entry: Entry) -> str:
    """Write one entry in its one form: every field, the wordings one a line."""
    fields: dict[str, object] = {name: records.plain(getattr(entry, name)) for name in _ORDER}
    fields["wordings"] = [yaml_text.Line(wording) for wording in entry.wordings]
    return f"---\n{yaml_text.write(fields)}---\n\n## {BRIEF}\n\n{entry.brief}\n\n## {FULL}\n\n{entry.full}\n"

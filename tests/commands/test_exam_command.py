"""The exam from the command line."""

from __future__ import annotations

import json

from knowledge import files
from tests.commands.conftest import Operator, refused


def test_the_exam_is_an_exit_code(operator: Operator) -> None:
    entry = next(iter(files.load().entries.values()))
    cases = operator.data_dir.parent / "cases.jsonl"
    right = [{"question": entry.title, "entries": [entry.id]}]
    wrong = [{"question": entry.title, "entries": ["nothing-of-this-name"]}]
    for held, code in ((right, 0), (wrong, 1)):
        cases.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in held), encoding="utf-8")
        done = operator.run("eval", "retrieval", str(cases), "--json")
        assert done.returncode == code, done.stderr
        assert json.loads(done.stdout)["found"]["entry1"]["value"] == 1 - code
        assert "BM25, 1+2-grams of titles and text" in json.loads(done.stdout)["rivals"]
    cases.write_text('{"question": "没有说该找到什么"}')
    assert "cases.jsonl" in refused(operator.run("eval", "retrieval", str(cases)))

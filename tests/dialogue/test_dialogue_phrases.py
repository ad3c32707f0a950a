"""The sentences: every key that the code names exists, and all of them are written the way we write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import bot.dialogue
from bot.dialogue.phrases import PhraseError, has_phrase, phrase, phrase_list

HERE = Path(bot.dialogue.__file__).parent
TREE = yaml.safe_load((HERE / "phrases.yaml").read_text("utf-8"))
USED = re.compile(r'(phrase|phrase_list)\(\s*"([a-z_.-]+)"')
CHINESE = "\u4e00-\u9fff"


def sentences(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from sentences(item)
    elif isinstance(node, dict):
        for item in node.values():
            yield from sentences(item)


def test_every_phrase_that_the_code_names_exists() -> None:
    used = {match.groups() for path in HERE.glob("*.py") for match in USED.finditer(path.read_text("utf-8"))}
    assert len(used) > 40
    for function, key in used:
        if function == "phrase_list":
            assert phrase_list(key)
        else:
            assert has_phrase(key), key


@pytest.mark.parametrize("text", sorted(set(sentences(TREE))))
def test_a_sentence_is_written_the_way_we_write(text: str) -> None:
    assert not re.search("[!！😀-🙏]", text)
    assert not re.search(f"[{CHINESE}][,;:?]|[,;?][{CHINESE}]", text), "full-width punctuation"
    assert not re.search(f"[{CHINESE}][0-9]|[0-9][{CHINESE}]", text), "a space between Chinese and numerals"
    assert not any(word in text for word in ("亲爱的", "温馨提示", "系统检测", "别想太多", "保证", "放心"))


def test_no_code_holds_a_sentence_of_its_own() -> None:
    for path in HERE.glob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text("utf-8"))
        assert not re.search(f'"[^"\\n]*[{CHINESE}]{{3,}}[，。][^"\\n]*"', code), path.name


def test_a_missing_value_or_key_is_an_error() -> None:
    with pytest.raises(PhraseError):
        phrase("profile.learned")
    with pytest.raises(PhraseError):
        phrase("no.such.key")
    with pytest.raises(PhraseError):
        phrase_list("welcome.hello")
    assert not has_phrase("welcome")

"""Bodies of pushes as plain dicts: strict, bounded readers for XML and JSON, and a finder for `Encrypt` alone.

The finder is for bodies whose proof is not yet checked: it parses nothing and runs in time linear in the body.
The readers are for authentic bodies and still trust nothing: no DOCTYPE, no entities of one's own, no attributes,
no duplicate tags, little depth. Every fault is `Refused`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Never
from xml.parsers import expat  # no tree is built from unknown input: the handlers refuse first

from bot.channels.wechat.cipher import Reason, Refused

_DEPTH = 6
_ELEMENTS = 400
_LISTS = frozenset({"List", "item"})  # the only tags that WeChat repeats

# Other CDATA sections are swallowed whole, so that words of a parent that look like a tag are not taken for one.
# The possessive forms keep the search linear, whatever is thrown at it.
_XML_ENCRYPT = re.compile(
    rb"<Encrypt>\s*+(?:<!\[CDATA\[)?+([A-Za-z0-9+/=]*+)(?:\]\]>)?+\s*+</Encrypt>|<!\[CDATA\[(?:.*?\]\]>|.*+)", re.DOTALL
)
# Inside a JSON string every quote has a backslash before it, so words of a parent cannot look like a key.
_JSON_ENCRYPT = re.compile(rb'(?<!\\)"Encrypt"\s*+:\s*+"((?:[A-Za-z0-9+/=]|\\/)*+)"')


def is_json(body: bytes) -> bool:
    """Whether a body is JSON by its first character; the account's console decides between the two."""
    return body.lstrip()[:1] == b"{"


def find_encrypt(body: bytes) -> str | None:
    """Pull out the one `Encrypt` of an envelope without parsing it; None when there is none."""
    pattern = _JSON_ENCRYPT if is_json(body) else _XML_ENCRYPT
    found = [match[1] for match in pattern.finditer(body) if match[1] is not None]
    if len(found) > 1:
        raise Refused("duplicate")
    return found[0].replace(b"\\/", b"/").decode() if found else None


def read(body: bytes) -> dict[str, Any]:
    """Read an authentic body into a dict of strings, dicts and lists (and numbers, when it is JSON)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("utf8") from None
    return _read_json(text) if is_json(body) else _Reader().read(body)


def _read_json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate cannot be stored, nor sent
    except UnicodeEncodeError:
        raise Refused("utf8") from None
    except RecursionError:
        raise Refused("depth") from None
    except ValueError:
        raise Refused("malformed") from None
    if not isinstance(value, dict):
        raise Refused("malformed")
    if _depth(value) > _DEPTH:
        raise Refused("depth")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Refused("duplicate")
    return result


def _refuse(_constant: str) -> Never:
    raise Refused("malformed")


def _depth(value: object) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, children), default=0) if isinstance(value, dict | list) else 0


class _Reader:
    """One XML document, element by element, into nested dicts; the root's own name is left out."""

    def __init__(self) -> None:
        self._path: list[tuple[str, dict[str, Any], list[str]]] = []
        self._count = 0
        self._root: dict[str, Any] = {}

    def read(self, body: bytes) -> dict[str, Any]:
        parser = expat.ParserCreate("UTF-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "ProcessingInstructionHandler"):
            setattr(parser, handler, _forbid("doctype"))
        try:
            parser.Parse(body.strip(), True)
        except expat.ExpatError:
            raise Refused("malformed") from None
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._path) >= _DEPTH or self._count > _ELEMENTS:
            raise Refused("depth")
        if attributes or (not self._path and name != "xml"):
            raise Refused("malformed")
        self._path.append((name, {}, []))

    def _text(self, text: str) -> None:
        self._path[-1][2].append(text)

    def _end(self, _name: str) -> None:
        name, children, texts = self._path.pop()
        if not self._path:
            self._root = children
            return
        _put(self._path[-1][1], name, children or "".join(texts))


def _put(children: dict[str, Any], name: str, value: str | dict[str, Any]) -> None:
    if name in _LISTS:
        children.setdefault(name, []).append(value)
    elif name in children:
        raise Refused("duplicate")
    else:
        children[name] = value


def _forbid(reason: Reason) -> Any:
    def handler(*_details: object) -> None:
        raise Refused(reason)

    return handler

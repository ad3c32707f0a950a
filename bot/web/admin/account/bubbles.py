"""What a parent would see of a phrase or of the notice while it is being changed, with examples filled in."""

from __future__ import annotations

import re
from datetime import datetime

from bot.dialogue.answers import general
from bot.dialogue.decide import decide
from bot.dialogue.decision import Desk, Tools
from bot.dialogue.editing.kinds import kind_of
from bot.dialogue.editing.notices import Notice, phrases_of
from bot.dialogue.editing.rules import placeholders, read
from bot.dialogue.notice import shown
from bot.dialogue.phrases import Phrases, Text, in_force, phrase, trying
from bot.dialogue.plan import plan
from bot.dialogue.states import State
from bot.messages import Assessment, Inbound, InboundKind, Paragraph, Reply, SourceLine, Steps, Tap
from bot.parents.profile import Profile
from bot.web.admin.account.phrasebook import samples

_FIRST = frozenset({"welcome.hello", "welcome.prompt", "welcome.taps", "notice.tap"})


def bubble(key: str, body: str, tools: Tools, now: datetime) -> Reply | None:
    """Give the reply in which this text of a phrase would stand; None while it cannot be filled."""
    text = read(key, body)
    if not text or any(placeholders(item) is None for item in _items(text)):
        return None
    if key in _FIRST:
        return greeting(tools, now, {**in_force(), key: text})
    if key == "welcome.back":
        return greeting(tools, now, {**in_force(), key: text}, known=True)
    filled = tuple(_filled(item) for item in _items(text))
    if kind_of(key) in ("tap", "commands", "questions", "offer"):
        return Reply((), tuple(Tap(label) for label in filled))
    if kind_of(key) == "items":
        return Reply((Steps(filled), general()))
    if key.startswith("source."):
        return Reply((SourceLine(filled[0]),))
    return Reply((Paragraph(filled[0]),))


def greeting(tools: Tools, now: datetime, phrases: Phrases | None = None, *, known: bool = False) -> Reply:
    """Give what somebody reads who follows the account just now, in the very words of the dialogue."""
    with trying(phrases or in_force()):
        state = State(**shown()) if known else State()
        kind: InboundKind = "scan" if known else "subscribe"
        inbound = Inbound("wechat", "nobody", "preview", kind, "", now)
        planned = plan(state, Profile(), inbound, tools)
        desk = Desk(on_duty=True, opens=None, waiting=0)
        said = decide(state, Profile(), inbound, Assessment(), planned, None, tools, now, desk)
    return said.replies[0]


def first_told(notice: Notice) -> Reply:
    """Give the short notice as it stands below the first answer."""
    with trying({**in_force(), **phrases_of(notice)}):
        return Reply((Paragraph(phrase("notice.short")), general()), (Tap(phrase("notice.tap")),))


def whole(notice: Notice) -> Reply:
    """Give the whole notice as it answers 隐私说明."""
    return Reply((Steps(notice.full), general()), (Tap(phrase("notice.tap")),))


def change_told(why: str) -> Reply:
    """Give what those read who know an older version."""
    return Reply((Paragraph(phrase("notice.changed", why=why or "……")),), (Tap(phrase("notice.tap")),))


def _items(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _filled(text: str) -> str:
    """Put examples in; a draft may hold braces that no format would take, so none is asked to."""
    known = samples()
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), text)

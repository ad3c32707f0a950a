"""What a parent started with people, followed from the chat: their suggestions with state and day, and how it was.

Pure. What is theirs was loaded before; what they say of it is written by `bot.dialogue.saving`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.answers import general, taps
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase, phrase_list
from bot.dialogue.words import bare
from bot.handoff.loop import KIND, SCORES, WORDS, Started, due_day, meant, rateable, standing
from bot.messages import Block, Paragraph, Reply, Tap
from bot.times import day

MINE, RATE = "my-suggestions", "rate"
FOLLOWING = (MINE, RATE)  # the acts that need what the parent started
# Stand in a reply for what is known only when the case is there; no parent and no phrase writes them.
NUMBER, DUE = "\ue000", "\ue001"

_SHOWN = 5
_LENGTH = 28  # characters of a suggestion's own words in the list
_RATING = re.compile(rf"(?:建议)?(?:(\d{{1,18}})号?)?({'|'.join(sorted(SCORES, key=len, reverse=True))})")
_UNSAID = frozenset({"一般"})  # alone it answers many questions; with its number it is a rating


def rates(text: str) -> str | None:
    """The act of a message that only says how content somebody is: 12 号很满意, or 很满意 alone."""
    return RATE if _read(text) else None


def _read(text: str) -> tuple[int | None, int] | None:
    found = _RATING.fullmatch(bare(text))
    if not found or (found[1] is None and found[2] in _UNSAID):
        return None
    return (int(found[1]) if found[1] else None), SCORES[found[2]]


def mine(scene: Scene) -> Decision:
    """Show the parent's own suggestions, newest first, with their state and day."""
    found = [one for one in scene.own if one.kind == KIND][:_SHOWN]
    if not found:
        return scene.answer("suggestion", _reply((Paragraph(phrase("following.none")),), "following.none_taps"))
    told: list[Block] = [Paragraph(phrase("following.head"))]
    told += [Paragraph(_line(scene, one)) for one in found]
    newest = next((one for one in found if one.satisfaction is None and rateable(one, scene.now)), None)
    if newest is None:
        return scene.answer("suggestion", _reply(tuple(told), "following.taps"))
    told.append(Paragraph(phrase("following.rate", number=newest.id)))
    choices = tuple(Tap(word, f"{newest.id} 号{word}") for word in SCORES)
    return scene.answer("suggestion", Reply((*told, general()), choices))


def _reply(blocks: tuple[Block, ...], labels: str) -> Reply:
    return Reply((*blocks, general()), taps(phrase_list(labels)))


def _line(scene: Scene, one: Started) -> str:
    text = one.text if len(one.text) <= _LENGTH else one.text[: _LENGTH - 1] + "…"
    return phrase("following.line", number=one.id, text=text, state=_state(scene, one))


def _state(scene: Scene, one: Started) -> str:
    """How it stands, with the day that matters now; what is late is called late."""
    state = standing(one)
    if one.answered_at is not None:
        rated = phrase("following.rated", word=WORDS[one.satisfaction]) if one.satisfaction in WORDS else state
        return phrase("following.answered", state=rated, day=day(due_day(one.answered_at)), result=one.outcome or state)
    if one.state == "closed":
        return phrase("following.closed", state=state)
    late = one.due_at < scene.now
    return phrase("following.late" if late else "following.due", state=state, day=day(due_day(one.due_at)))


def rate(scene: Scene) -> Decision:
    """Take how content the parent was; without anything to rate the words are only words."""
    read = _read(scene.plan.words)
    number, score = read or (None, 0)
    found = meant(scene.own, number, scene.now)
    if read is None or found is None:
        return _nothing(scene, number, score)
    key = "following.thanks" if score > 2 else "following.sorry"
    word = WORDS[score]
    reply = Reply((Paragraph(phrase(key, word=word)),), taps(phrase_list("following.sorry_taps")) if score <= 2 else ())
    return replace(scene.answer("suggestion", reply), rating=(found.id, score))


def _nothing(scene: Scene, number: int | None, score: int) -> Decision:
    """There is nothing of theirs to rate, or it was said for good already."""
    known = number is not None and any(one.id == number for one in scene.own)
    if number is not None:
        key = "following.too_late" if known else "following.unknown"
    else:
        key = "smalltalk.praise" if score > 2 else "feedback.not_helped"
    return scene.answer("smalltalk", Reply((Paragraph(phrase(key)),)))


def numbered(decision: Decision, number: int, due: str) -> Decision:
    """Put the case's number and day where a reply waits for them."""
    return replace(decision, replies=tuple(_filled(reply, number, due) for reply in decision.replies))


def _filled(reply: Reply, number: int, due: str) -> Reply:
    def words(block: Block) -> Block:
        if not isinstance(block, Paragraph):
            return block
        return Paragraph(block.text.replace(NUMBER, str(number)).replace(DUE, due))

    return replace(reply, blocks=tuple(words(block) for block in reply.blocks))

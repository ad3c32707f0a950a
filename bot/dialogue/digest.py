"""The weekly digest in the talk: asked for, given up, looked up again. Pure.

What the acts need is read, and what came of them written, by weekly.py; what a digest says stands in digest_reply.py.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.answers import entry_taps, general, taps
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase, phrase_list
from bot.messages import Block, PageLink, Paragraph, Reply
from bot.times import day
from knowledge.calendar import CHINA

SUBSCRIBE, UNSUBSCRIBE, PAST = "subscribe", "unsubscribe", "past-digests"
ACTS = frozenset({SUBSCRIBE, UNSUBSCRIBE, PAST})
PAGE = "/digest"  # where past ones can be read
_PUSHES = "推送"  # 不再推送 clears the talk, and says that nothing is to come any more
_SHOWN = 4


def subscribe(scene: Scene) -> Decision:
    """Begin, and tell what comes, when, how it arrives and how it ends. To a quiet phone nothing is promised."""
    if scene.state.quiet:
        return scene.answer("profile", Reply((Paragraph(phrase("digest.quiet")), general())))
    first = phrase("digest.already" if scene.weekly.since else "digest.subscribed")
    way = phrase("digest.how_wechat" if scene.inbound.channel == "wechat" else "digest.how_web")
    told: list[Block] = [Paragraph(first), Paragraph(way)]
    if scene.profile.stage is None:
        told.append(Paragraph(phrase("digest.ask_stage")))
    told.append(Paragraph(phrase("digest.stop")))
    reply = Reply((*told, general()), taps(phrase_list("digest.taps")))
    return replace(scene.answer("profile", reply), subscription=True)


def unsubscribe(scene: Scene) -> Decision:
    """End it at once."""
    key = "digest.left" if scene.weekly.since else "digest.not_subscribed"
    reply = Reply((Paragraph(phrase(key)), general()))
    return replace(scene.answer("profile", reply), subscription=False)


def past(scene: Scene) -> Decision:
    """Show what was in the last ones, as taps, and the page of all."""
    choices = tuple(entry_taps(scene.weekly.past, scene.tools.library, most=_SHOWN))
    if not choices:
        reply = Reply((Paragraph(phrase("digest.past_none")), general()), taps(phrase_list("digest.begin_taps")))
        return scene.answer("profile", reply)
    blocks = (Paragraph(phrase("digest.past_head")), PageLink(phrase("digest.past_link"), PAGE), general())
    return scene.answer("profile", Reply(blocks, choices))


def row(scene: Scene) -> tuple[tuple[str, str], ...]:
    """Give the line of 我的资料, if there is one."""
    since = scene.weekly.since
    if since is None:
        return ()
    return ((phrase("digest.row"), phrase("digest.row_value", day=day(since.astimezone(CHINA).date()))),)


def no_more(words: str) -> bool | None:
    """What clearing the talk means for the digest: 不再推送 ends it, 清空对话 says nothing of it."""
    return False if _PUSHES in words else None

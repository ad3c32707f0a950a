"""A `Reply` as WeChat text: words with links for its taps, in parts that WeChat takes, and the passive envelope.

All words are made harmless here, so that no entry, name or parent can forge a link; the only tags are ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urljoin

from wechatpy.replies import TextReply

from bot.channels.wechat.config import TEXT_LIMIT
from bot.channels.wechat.words import Piece, harmless, pack, sentences, size, tidy
from bot.messages import Block, CrisisCard, ListingCard, PageLink, Reply, SourceLine, Tap, plain

PageUrl = Callable[[str], str]

CONTINUE = "继续看"  # what the link at the end of a part says and sends
CONTINUE_ID = "100"
FIRST_TAP_ID = 101
MARK = "（自动回复）"
_LINK_LIMIT = 600  # a longer link than any sensible one is written as words


def text_parts(reply: Reply, *, page_url: PageUrl | None = None, chat_url: str | None = None) -> tuple[str, ...]:
    """Write a reply as texts of at most 2048 bytes; every part but the last ends with a tap that brings the next.

    An automatic reply says so once, in its first part; a person's words carry no mark. `chat_url` is the address of
    this very conversation as a page.
    """
    whole = [*_body(reply, page_url, chat_url, marked=reply.automatic), *_taps(reply)]
    single = _join(whole)
    if size(single) <= TEXT_LIMIT:
        return (single,) if single else ()
    onward = f"\n\n{link(CONTINUE, CONTINUE, CONTINUE_ID)}"
    mark = f"\n\n{MARK}" if reply.automatic else ""
    parts = pack(
        [*_body(reply, page_url, chat_url, marked=False), *_taps(reply)], TEXT_LIMIT - size(onward) - size(mark)
    )
    parts[0] += mark
    return (*(part + onward for part in parts[:-1]), parts[-1])


def link(label: str, says: str, menu_id: str) -> str:
    """A link that, when tapped, sends words as if the parent had typed them, with the id beside them."""
    words = harmless(says).replace('"', "＂").replace("#", "＃").replace("%", "％").replace("+", "＋")
    return (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={_line(words)}&msgmenuid={menu_id}">{_line(harmless(label))}</a>'
    )


def passive_xml(*, to: str, sender: str, text: str, at: datetime) -> str:
    """The answer to a push, written by wechatpy. It escapes nothing itself, so what it is given can't end its CDATA."""
    xml: str = TextReply(
        target=_unbreakable(to), source=_unbreakable(sender), time=int(at.timestamp()), content=_unbreakable(text)
    ).render()
    return xml


def passive_json(*, to: str, sender: str, text: str, at: datetime) -> str:
    """The same answer for an account whose console says JSON."""
    body = {"ToUserName": to, "FromUserName": sender, "CreateTime": int(at.timestamp()), "MsgType": "text"}
    return json.dumps({**body, "Content": tidy(text)}, ensure_ascii=False)


def fit(text: str) -> str:
    """Keep what one text can hold; for callers that should have divided and did not."""
    return text if size(text) <= TEXT_LIMIT else pack(sentences(text), TEXT_LIMIT)[0]


def _unbreakable(text: str) -> str:
    """Words that stay inside a CDATA section: `]]>` is divided between two of them."""
    return tidy(text).replace("]]>", "]]]]><![CDATA[>")


def _line(text: str) -> str:
    return " ".join(text.split())


def _join(pieces: list[Piece]) -> str:
    return "".join((piece.before if number else "") + piece.text for number, piece in enumerate(pieces))


def _body(reply: Reply, page_url: PageUrl | None, chat_url: str | None, *, marked: bool) -> Iterator[Piece]:
    """All blocks, a blank line apart. When `marked`, the source line carries the mark, or a line of its own does."""
    for block in reply.blocks:
        if isinstance(block, PageLink):
            if chat_url:
                url = urljoin(chat_url, block.to) if block.to else chat_url
                yield Piece(_anchor(url, block.label), "\n\n", whole=True)
        elif not isinstance(block, SourceLine):
            yield from _words(block)
        elif reply.automatic:  # a person's words rest on the person
            yield from _source(block, page_url, mark=MARK if marked else "")
            marked = False
    if marked:
        yield Piece(MARK, "\n\n", whole=True)


def _source(block: SourceLine, page_url: PageUrl | None, *, mark: str) -> Iterator[Piece]:
    yield from sentences(mark + _unmarked(harmless(block.text)), "\n\n")
    if block.entry and page_url:
        yield Piece(_anchor(page_url(block.entry), "看全文"), "\n", whole=True)


def _anchor(url: str, label: str) -> str:
    return f'<a href="{_address(url)}">{_line(harmless(label))}</a>'


def _unmarked(text: str) -> str:
    """Words without the mark that other surfaces put in front: here it stands once, in the first part."""
    return text.removeprefix("自动回复").lstrip(" ·，。") if text.startswith("自动回复") else text


def _address(url: str) -> str:
    return tidy(url).replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")


def _words(block: Block) -> Iterator[Piece]:
    match block:
        case CrisisCard():
            lines = _crisis(block)
        case ListingCard():
            lines = _listing(block)
        case _:
            lines = [plain(Reply((block,)))]
    before = "\n\n"
    for line in lines:
        yield from sentences(harmless(line).strip(), before)
        before = "\n"


def _crisis(card: CrisisCard) -> list[str]:
    """First the act, then the numbers (WeChat makes plain digits callable), then the steps."""
    calls = [f"{call.phone}（{call.why}）" if call.why else call.phone for call in card.calls]
    return [card.act, *calls, *(f"{n}. {step}" for n, step in enumerate(card.steps, 1)), _unmarked(card.footer)]


def _listing(card: ListingCard) -> list[str]:
    head = f"{card.name}（{card.status}）" if card.status else card.name
    return [line for line in (head, card.phone or "", card.about, card.reach or "", card.checked) if line]


def _taps(reply: Reply) -> Iterator[Piece]:
    before = "\n\n"
    if reply.taps and reply.prompt:
        yield from sentences(harmless(reply.prompt), before)
        before = "\n"
    for number, tap in enumerate(reply.taps):
        yield from _tap(tap, str(FIRST_TAP_ID + number), before)
        before = "\n"


def _tap(tap: Tap, menu_id: str, before: str) -> Iterator[Piece]:
    written = link(tap.label, tap.says, menu_id)
    if size(written) <= _LINK_LIMIT:
        yield Piece(written, before, whole=True)
    else:
        yield from sentences(harmless(tap.label), before)

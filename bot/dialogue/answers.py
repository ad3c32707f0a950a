"""Turns entries and listings into the blocks of a reply. Pure; what is not known is said to be not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.dialogue.phrases import has_phrase, phrase
from bot.messages import Block, Heed, ListingCard, Paragraph, Reply, Say, SourceLine, Steps, Tap
from bot.times import day, when
from knowledge.brief import parse
from knowledge.calendar import CHINA
from knowledge.hours import OpenStatus, around_the_clock
from knowledge.model import Closure, Entry, Library, Listing, Source
from knowledge.regions import COUNTRY, RegionTree

MAX_TAPS = 4
_LABEL = 18  # characters that fit on a chip of a phone
_STALE = timedelta(days=180)
_BY_PHONE = frozenset({"emergency", "hotline"})
_ASKING = re.compile(r"[，、：？ ]*(?:我)?(?:该|要|应该)?(?:怎么办|咋办|如何是好)?[？?。]*$")
_ARTICLE = re.compile(r"(.+)-(\d+)")
_MARKS = re.compile(r"^(?:#{1,6}|[-*])\s+|\*\*|__", re.MULTILINE)


def entry_blocks(entry: Entry) -> list[Block]:
    """The short answer as blocks: opening, steps, words to say, when it is more than ordinary."""
    brief = parse(entry.brief)
    blocks: list[Block] = []
    if brief.opening:
        blocks.append(Paragraph(brief.opening))
    if brief.steps:
        blocks.append(Steps(brief.steps))
    if brief.say:
        blocks.append(Say(brief.say))
    if brief.heed:
        blocks.append(Heed(brief.heed))
    return blocks


def full_blocks(entry: Entry) -> list[Block]:
    """The long answer, a paragraph a block, without its Markdown marks."""
    parts = (part.strip() for part in _MARKS.sub("", entry.full).split("\n\n"))
    return [Paragraph(part) for part in parts if part]


def source_line(entry: Entry, library: Library) -> SourceLine:
    """What the answer rests on and how old it is; at most two documents are named."""
    key = "source.reviewed" if entry.reviewed else "source.unreviewed"
    dated = phrase(key, date=(entry.reviewed or entry.written).isoformat())
    titles = list(dict.fromkeys(filter(None, (citation(ref, library) for ref in entry.sources))))[:2]
    if not titles:
        return SourceLine(phrase("source.entry_plain", date=dated), entry.id)
    return SourceLine(phrase("source.entry", titles="".join(titles), date=dated), entry.id)


def citation(reference: str, library: Library) -> str:
    """Name a source as 《…》, with its article where it is a law; empty for a source that is not in the library."""
    source = library.sources.get(reference)
    if source is not None:
        return _titled(source)
    found = _ARTICLE.fullmatch(reference)
    law = library.sources.get(found[1]) if found else None
    if found and law is not None and law.kind in ("law", "regulation", "rule"):
        return _titled(law) + phrase("source.article", number=found[2])
    parents = (library.sources[sid] for sid in library.sources if reference.startswith(sid + "-"))
    longest = max(parents, key=lambda source: len(source.id), default=None)
    return _titled(longest) if longest else ""


def _titled(source: Source) -> str:
    return source.title if source.title.startswith("《") else f"《{source.title}》"


def card(listing: Listing, status: OpenStatus, now: datetime, *, tree: RegionTree, whole: bool = False) -> ListingCard:
    """A place to turn to, as it stands at `now`; among others with the first sentence of what it is, alone `whole`."""
    mute = listing.phone is None and listing.kind in _BY_PHONE
    return ListingCard(
        id=listing.id,
        name=listing.name,
        region=listing.region,
        about=_placed(listing, tree, listing.about if whole else _first_sentence(listing.about)),
        open="ask" if mute else status.open,
        status=phrase("status.no_number") if mute else status_words(listing, status, now),
        phone=listing.phone,
        reach=_reach(listing),
        checked=checked(listing, now.astimezone(CHINA).date()),
    )


def _placed(listing: Listing, tree: RegionTree, about: str) -> str:
    """The line of a card, with its place before it unless it is for the whole country or the name says it."""
    place = tree.name(listing.region)
    return about if listing.region == COUNTRY or place in listing.name else f"{place} · {about}"


def place_name(region: str, tree: RegionTree) -> str:
    """The name of a place as people say it; the country is 全国."""
    return phrase("services.country") if region == COUNTRY else tree.name(region)


def _first_sentence(text: str) -> str:
    head, stop, _ = text.partition("。")
    return head + stop


def _reach(listing: Listing) -> str | None:
    """How to get there when there is no number to press."""
    if listing.phone:
        return None
    told = listing.kind in _BY_PHONE or (listing.reach is not None and phrase("status.no_number") in listing.reach)
    parts = [] if told else [phrase("services.no_number")]
    if listing.reach:
        parts.append(phrase("services.reach", reach=listing.reach))
    if listing.address:
        parts.append(phrase("services.address", address=listing.address))
    return "".join(part if part.endswith("。") else part + "。" for part in parts) or None


def status_words(listing: Listing, status: OpenStatus, now: datetime) -> str:
    """Whether it is open, in words; never a guess."""
    if status.open == "ask":
        return phrase("status.ask")
    if status.closure:
        return _shut_words(status.closure, status.opens, now)
    if status.open == "no":
        return phrase("status.next", time=when(status.opens, now)) if status.opens else phrase("status.closed")
    word = phrase("status.yes_phone" if listing.kind in _BY_PHONE or listing.phone else "status.yes_place")
    if status.tier:
        word = phrase("status.tier", word=word, tier=status.tier)
    if status.until and not around_the_clock(listing.hours) and status.until - now < timedelta(hours=24):
        return phrase("status.until", word=word, time=when(status.until, now))
    return word


def _shut_words(closure: Closure, opens: datetime | None, now: datetime) -> str:
    """Why it is shut for some days, and when it opens again; without known hours, the day after."""
    if opens:
        return phrase("status.shut_next", why=closure.note, time=when(opens, now))
    after = closure.end if closure.end == date.max else closure.end + timedelta(days=1)
    return phrase("status.shut", why=closure.note, day=day(after))


def checked(listing: Listing, today: date) -> str:
    """When a person last dialled or visited; otherwise from which year's document it is."""
    seen = listing.verified
    if seen is None:
        return phrase("status.unchecked", year=listing.source_date.year)
    if today - seen.on > _STALE:
        return phrase("status.stale", date=seen.on.isoformat())
    return phrase("status.checked" if listing.phone else "status.visited", date=seen.on.isoformat())


def detail_lines(listing: Listing) -> list[str]:
    """What else is known of a listing, for the parent who asks about this one."""
    known = (
        ("services.audience", "audience", "、".join(_named("services.audiences", one) for one in listing.audience)),
        ("services.fee", "fee", _named("services.fees", listing.fee or "")),
        ("services.note", "note", listing.hours_note or ""),
        ("services.address", "address", listing.address or "" if listing.phone else ""),
        ("services.reach", "reach", listing.reach or "" if listing.phone else ""),
        ("services.url", "url", listing.url or ""),
    )
    return [phrase(key, **{name: value}) for key, name, value in known if value]


def _named(group: str, word: str) -> str:
    """The Chinese word for a code of the content files; a word that is Chinese already stays."""
    key = f"{group}.{word}"
    return phrase(key) if word and has_phrase(key) else word


def short_title(title: str) -> str:
    """A title that fits on a chip: without 怎么办, cut at a comma if it is still too long."""
    label = _ASKING.sub("", title).strip() or title
    if len(label) <= _LABEL:
        return label
    pieces = re.split(r"[，、：？]", label)
    kept = pieces[0]
    for piece in pieces[1:]:
        if len(kept) + 1 + len(piece) > _LABEL:
            break
        kept = f"{kept}，{piece}"
    return kept


def entry_taps(ids: Iterable[str], library: Library, *, most: int) -> list[Tap]:
    """Taps that ask the questions of these entries."""
    known = (library.entries[one] for one in dict.fromkeys(ids) if one in library.entries)
    return [Tap(short_title(entry.title), entry.title) for entry in known][:most]


def taps(labels: Sequence[str]) -> tuple[Tap, ...]:
    """Taps that say their own label."""
    return tuple(Tap(label) for label in labels[:MAX_TAPS])


def general() -> SourceLine:
    """The mark of an automatic answer that rests on no document."""
    return SourceLine(phrase("source.general"))


def insert(reply: Reply, blocks: Sequence[Block]) -> Reply:
    """Put blocks before the line that marks the answer."""
    own = list(reply.blocks)
    place = len(own) - 1 if own and isinstance(own[-1], SourceLine) else len(own)
    return replace(reply, blocks=(*own[:place], *blocks, *own[place:]))

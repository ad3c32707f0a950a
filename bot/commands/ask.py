"""`ask` and `chat`: the same turn as the webhook's, from the command line; nothing of it is kept."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TextIO

from bot import clock
from bot.commands import index
from bot.commands.database import database, upgraded
from bot.dialogue.turn import Outcome
from bot.messages import Inbound, ListingCard, Reply, plain
from bot.parents.profile import Profile
from bot.services import Services, services
from bot.settings import Settings
from bot.store import cases, conversations
from indexes.hits import Query
from knowledge.calendar import CHINA

PATIENCE = 30.0
ENTRIES = 3
FIRST_YEAR, LAST_YEAR = 2000, 2100


class AskError(Exception):
    """A line of input that cannot be read; the message says why."""


def ask(settings: Settings, source: Iterable[str], out: TextIO) -> None:
    """Answer one JSON object a line, in order; a line that cannot be read gets an object with `error`."""

    async def run() -> None:
        async with _ready(settings) as made:
            for line in source:
                if line.strip():
                    print(json.dumps(await _line(made, line), ensure_ascii=False), file=out, flush=True)

    asyncio.run(run())


def chat(settings: Settings, region: str | None) -> None:
    """Talk in the terminal as a parent; an empty line or the end of input leaves."""

    async def run() -> None:
        async with _ready(settings) as made, _person(made, region) as sender:
            print("家有方。直接写下您的问题，空行离开。")
            while words := (await asyncio.to_thread(sys.stdin.readline)).strip():
                outcome = await _say(made, sender, words, clock.now())
                print("\n\n".join(_read_out(reply) for reply in outcome.replies), end="\n\n")

    asyncio.run(run())


@asynccontextmanager
async def _ready(settings: Settings) -> AsyncIterator[Services]:
    """Give the services with both legs loaded, on a database that is up to date."""
    if index.stale(settings):
        await asyncio.to_thread(index.build_and_publish, settings)
    with database(settings) as url:
        async with upgraded(url):
            pass
        made = services(settings, url)
        if made.live.engine is not None:
            await asyncio.to_thread(made.live.engine.load_dense)
        try:
            yield made
        finally:
            await made.turns.settle()
            await made.engine.dispose()


@asynccontextmanager
async def _person(made: Services, region: str | None) -> AsyncIterator[str]:
    """Be a parent for a while; everything of them is erased afterwards."""
    sender = secrets.token_hex(8)
    if region:
        async with made.engine.begin() as conn:
            await conversations.prepare(conn, "cli", sender, Profile(region=region).to_json())
    try:
        yield sender
    finally:
        await made.turns.written()
        async with made.engine.begin() as conn:
            await cases.discard(conn, "cli", sender)  # nobody is behind it: not even a count may stay
            await conversations.erase_person(conn, "cli", sender)


async def _say(made: Services, sender: str, words: str, at: datetime) -> Outcome:
    words = words.replace("\0", "")  # the one character that PostgreSQL keeps nowhere
    inbound = Inbound("cli", sender, secrets.token_hex(8), "text", words, at, surface="cli")
    return await made.turns.handle(inbound, PATIENCE)


async def _line(made: Services, line: str) -> dict[str, Any]:
    question: dict[str, Any] = {}
    try:
        question = _read(line)
        region = question.get("region")
        if region and not (isinstance(region, str) and region in made.bearings.tools().library.regions):
            message = f"unknown region {region!r}"
            raise AskError(message)
        at = _moment(question.get("now"))
    except AskError as error:
        return {"id": question.get("id"), "error": str(error)}
    async with _person(made, region) as sender:
        turns = question.get("turns")
        if turns is None:
            return {"id": question.get("id"), **await _turn(made, sender, question["question"], at)}
        return {"id": question.get("id"), "turns": [await _turn(made, sender, words, at) for words in turns]}


def _read(line: str) -> dict[str, Any]:
    try:
        question = json.loads(line)
        json.dumps(question, ensure_ascii=False).encode()  # half a character can be neither kept nor printed
    except (ValueError, RecursionError) as error:
        message = f"not JSON: {error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__}"
        raise AskError(message) from error
    if not isinstance(question, dict):
        message = "not an object"
        raise AskError(message)
    words, turns = question.get("question"), question.get("turns")
    if isinstance(turns, list) and all(isinstance(turn, str) for turn in turns):
        return question
    if not isinstance(words, str):
        message = "give question (a string) or turns (a list of strings)"
        raise AskError(message)
    return question


def _moment(value: object) -> datetime:
    if value is None:
        return clock.now()
    try:
        moment = datetime.fromisoformat(str(value))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
        if not FIRST_YEAR <= moment.astimezone(CHINA).year <= LAST_YEAR:
            raise ValueError
    except (ValueError, OverflowError) as error:
        message = f"now is not a time: {value!r}"
        raise AskError(message) from error
    return moment


async def _turn(made: Services, sender: str, words: str, at: datetime) -> dict[str, Any]:
    started = time.perf_counter()
    outcome = await _say(made, sender, words, at)
    spent = (time.perf_counter() - started) * 1000
    return {**_told(made, words, outcome), "ms": round(spent, 1)}


def _told(made: Services, words: str, outcome: Outcome) -> dict[str, Any]:
    decision = outcome.decision
    hits = outcome.hits
    if hits is None and made.live.engine is not None:
        hits = made.live.engine.search(Query(words))
    entries = [hit for hit in (hits.items if hits else ()) if hit.kind == "entry"]
    cards = {block.id: block for reply in outcome.replies for block in reply.blocks if isinstance(block, ListingCard)}
    return {
        "risk": outcome.assessment.level,
        "kind": outcome.assessment.kind,
        "intent": decision.intent if decision else "crisis",
        "entries": [
            {
                "id": hit.id,
                "title": hit.title,
                "topics": list(hit.topics),
                "stages": list(hit.stages),
                "score": round(hit.score, 4),
            }
            for hit in entries[:ENTRIES]
        ],
        "listings": [
            {"id": card.id, "name": card.name, "region": card.region, "phone": card.phone, "open": card.open == "yes"}
            for card in cards.values()
        ],
        "reply": "\n\n".join(_read_out(reply) for reply in outcome.replies),
        "handoff": bool(decision and decision.opening),
    }


def _read_out(reply: Reply) -> str:
    """The words of a reply and, below them, the taps that stand there on every surface."""
    taps = "\n".join(filter(None, (reply.prompt, *(tap.label for tap in reply.taps))))
    return "\n\n".join(filter(None, (plain(reply), taps)))

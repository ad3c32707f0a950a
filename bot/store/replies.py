"""A `Reply` as JSON and back: what the thread keeps so that a page can draw an old answer again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.messages import (
    Block,
    Call,
    CrisisCard,
    Heed,
    ListingCard,
    PageLink,
    Paragraph,
    Reply,
    Say,
    SourceLine,
    Steps,
    Tap,
)

_BLOCKS: dict[str, type[Any]] = {
    cls.__name__: cls for cls in (Paragraph, Steps, Say, Heed, ListingCard, CrisisCard, SourceLine, PageLink)
}


def to_json(reply: Reply) -> dict[str, Any]:
    """Turn a reply into plain JSON values; each block carries its class name as `is`."""
    return {
        "blocks": [{"is": type(block).__name__, **asdict(block)} for block in reply.blocks],
        "taps": [asdict(tap) for tap in reply.taps],
        "prompt": reply.prompt,
        "automatic": reply.automatic,
        "author": reply.author,
    }


def _block(value: dict[str, Any]) -> Block:
    fields = {key: tuple(item) if isinstance(item, list) else item for key, item in value.items() if key != "is"}
    if "calls" in fields:
        fields["calls"] = tuple(Call(**call) for call in fields["calls"])
    block: Block = _BLOCKS[value["is"]](**fields)
    return block


def from_json(value: dict[str, Any]) -> Reply:
    """Read a reply that `to_json` wrote."""
    return Reply(
        blocks=tuple(_block(block) for block in value["blocks"]),
        taps=tuple(Tap(**tap) for tap in value["taps"]),
        prompt=value["prompt"],
        automatic=value["automatic"],
        author=value["author"],
    )

"""Who is speaking: a child in their own words, or a grown-up about themselves, or about somebody else."""

from __future__ import annotations

from bot.safety.patterns import Book, Span, Text
from bot.safety.text import clause_of, sentence_of


def by_grown_up(text: Text, book: Book) -> bool:
    """Whether a grown-up writes, as far as words show it: my son, his dad, my husband."""
    return any(rule.holds(text) for rule in book.grown)


def by_child(text: Text, book: Book) -> bool:
    """Whether a child writes: a school age or a pupil's world in the first person (and nothing of a grown-up)."""
    return any(rule.holds(text) for rule in book.child)


def in_own_voice(text: str, span: Span, *, mere_wish: bool, book: Book) -> bool:
    """Whether the words of a finding are about the writer: 我不想活了, but not 他说我不想活了.

    Without any subject a mere wish (不想活了) is the writer's, unless the message speaks of somebody else.
    """
    left, _ = clause_of(text, *span)
    first, _ = sentence_of(text, *span)
    if book.scope["reported"].search(text[first : span[0]]):
        return False
    if book.scope["self"].search(text[left : span[0]]) or text[span[0]] == "我":
        return True
    return mere_wish and book.scope["third-person"].search(text) is None

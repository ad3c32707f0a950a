"""The exam's questions that editors added: what a parent said and what should have been found."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import exam_questions
from knowledge.exam import Question

PART = "added"  # the part of the exam that these are, beside the packaged files
_KNOWN = {one.name for one in fields(Question)} - {"part"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A question as it stands in the list."""

    id: int
    question: Question
    author: str
    active: bool
    at: datetime


async def add(conn: AsyncConnection, question: Question, author: str, now: datetime) -> int:
    """Keep a question; the same words of the same kind of parent again take the place of the older one."""
    for one in await listed(conn):
        if replace(one.question, entries=(), listings=(), inside=True) == replace(
            question, entries=(), listings=(), inside=True, part=PART
        ):
            values = {"body": written(question), "author": author, "active": True, "at": now}
            await conn.execute(update(exam_questions).where(exam_questions.c.id == one.id).values(**values))
            return one.id
    values = {"body": written(question), "author": author, "at": now}
    statement = insert(exam_questions).values(**values).returning(exam_questions.c.id)
    number: int = (await conn.execute(statement)).scalar_one()
    return number


async def listed(conn: AsyncConnection) -> list[Kept]:
    """List all of them, newest first."""
    rows = await conn.execute(select(exam_questions).order_by(exam_questions.c.id.desc()))
    return [Kept(row.id, read(row.body), row.author, row.active, row.at) for row in rows]


async def active(conn: AsyncConnection) -> list[Question]:
    """Give those that a release is examined with, in the order in which they were added."""
    rows = await conn.execute(
        select(exam_questions.c.body).where(exam_questions.c.active).order_by(exam_questions.c.id)
    )
    return [read(row.body) for row in rows]


async def turn(conn: AsyncConnection, number: int, *, on: bool) -> Question | None:
    """Let a question count, or not; the question, None where there is none."""
    statement = update(exam_questions).where(exam_questions.c.id == number).values(active=on)
    body = (await conn.execute(statement.returning(exam_questions.c.body))).scalar_one_or_none()
    return read(body) if body is not None else None


def read(body: dict[str, Any]) -> Question:
    """Read a question as it is kept; members that a later version may have are left out."""
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in body.items() if name in _KNOWN
    }
    return Question(**held, part=PART)


def written(question: Question) -> dict[str, Any]:
    """Give what is kept of a question: what is not as usual."""
    plain = Question(question.question)
    held = {name: getattr(question, name) for name in sorted(_KNOWN)}
    told = {name: value for name, value in held.items() if value != getattr(plain, name)}
    told["question"] = question.question
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}

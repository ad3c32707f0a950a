"""The way of a change into the library: drafted, reviewed by somebody else, approved, published. Pure.

A change is about one thing (an entry, a listing, …) and is open until it is live or given up; of one thing at most one
is open. Who may do which step in which state stands in one table; the store keeps what came of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a change stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    PUBLISHED = "published"
    ROLLED_BACK = "rolled-back"  # it was live, then an older release was brought back
    DROPPED = "dropped"


OPEN = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED})

STATE_WORDS: dict[State, str] = {
    State.DRAFT: "草稿",
    State.IN_REVIEW: "待审",
    State.APPROVED: "已批准",
    State.PUBLISHED: "已发布",
    State.ROLLED_BACK: "已退回旧版",
    State.DROPPED: "已放弃",
}


class Step(StrEnum):
    """What people, or the publishing, do with a change."""

    SAVE = "save"
    SUBMIT = "submit"
    REMARK = "remark"
    TAKE_BACK = "take-back"  # an author wants it back before it is decided
    RETURN = "return"  # a reviewer asks for something to be mended
    APPROVE = "approve"
    DROP = "drop"
    REVIVE = "revive"  # what was rolled back or given up becomes a draft again
    PUBLISH = "publish"
    ROLL_BACK = "roll-back"


STEP_WORDS: dict[Step, str] = {
    Step.SAVE: "存了草稿",
    Step.SUBMIT: "送审",
    Step.REMARK: "留言",
    Step.TAKE_BACK: "取回来再改",
    Step.RETURN: "请再改改",
    Step.APPROVE: "批准",
    Step.DROP: "放弃这次修改",
    Step.REVIVE: "重新拿出来改",
    Step.PUBLISH: "发布",
    Step.ROLL_BACK: "退回旧版",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a step is taken, where it leads (None: it stays), and by whom.

    `who`: anyone who edits; who wrote a version of it ("author"); another than all who did ("other"); only publishing
    itself ("release"). What nobody wrote is anyone's.
    `words`: whether it needs a sentence.
    """

    source: frozenset[State]
    to: State | None
    who: str = "anyone"
    words: bool = False


RULES: dict[Step, Rule] = {
    Step.SAVE: Rule(frozenset({State.DRAFT}), None),
    Step.SUBMIT: Rule(frozenset({State.DRAFT}), State.IN_REVIEW),
    Step.REMARK: Rule(OPEN, None, words=True),
    Step.TAKE_BACK: Rule(frozenset({State.IN_REVIEW, State.APPROVED}), State.DRAFT),
    Step.RETURN: Rule(frozenset({State.IN_REVIEW, State.APPROVED}), State.DRAFT, "other", words=True),
    Step.APPROVE: Rule(frozenset({State.IN_REVIEW}), State.APPROVED, "other"),
    Step.DROP: Rule(OPEN, State.DROPPED, "author"),
    Step.REVIVE: Rule(frozenset({State.ROLLED_BACK, State.DROPPED}), State.DRAFT),
    Step.PUBLISH: Rule(frozenset({State.APPROVED, State.ROLLED_BACK}), State.PUBLISHED, "release"),
    Step.ROLL_BACK: Rule(frozenset({State.PUBLISHED}), State.ROLLED_BACK, "release"),
}


class StepError(Exception):
    """A step that may not be taken now or by this person. The message is a Chinese sentence that says what to do."""


def refusal(step: Step, state: State, person: int, authors: Collection[int], words: str = "") -> str:
    """Say why `person` may not take a step on a change in `state` that `authors` wrote; empty if they may."""
    rule = RULES[step]
    if rule.who == "release":
        return "这一步由发布来做。"
    if state not in rule.source:
        return f"这一条现在是“{STATE_WORDS[state]}”，不能{_VERBS[step]}。请重新打开看看。"
    if rule.who == "other" and person in authors:
        return "自己写的要请另一位同事来看。"
    if rule.who == "author" and authors and person not in authors:
        return "这是同事写的，只有写的人能放弃。有意见请写下来，退给写的人。"
    if rule.words and not words.strip():
        return "请写一句话，让写的人知道要改什么。" if step is Step.RETURN else "还没有写字。"
    return ""


def may(step: Step, state: State, person: int, authors: Collection[int]) -> bool:
    """Whether a page offers a step."""
    return not refusal(step, state, person, authors, words="…")


def needs_review(sort: str, changed: Collection[str], origin: str) -> bool:
    """Whether another person must read a change, by the fields that it changes.

    That somebody dialled a listing's number and it is right is a fact with a name and a day; there is nothing to judge.
    """
    return not (sort == "listing" and origin == "call" and set(changed) == {"verified"})


_VERBS: dict[Step, str] = {
    Step.SAVE: "再存",
    Step.SUBMIT: "送审",
    Step.REMARK: "留言",
    Step.TAKE_BACK: "取回",
    Step.RETURN: "退回",
    Step.APPROVE: "批准",
    Step.DROP: "放弃",
    Step.REVIVE: "再拿出来改",
    Step.PUBLISH: "发布",
    Step.ROLL_BACK: "退回旧版",
}

"""The list of what was not answered, one cluster, and the proof of what was made of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.refused import Refused
from bot.store.misses import UNSURE, Miss, Reason
from bot.web.accounts import face
from bot.web.admin.asking.expected import titles
from bot.web.admin.asking.reasons import VERDICTS
from bot.web.admin.given import Given
from bot.web.admin.unanswered import grouping
from bot.web.admin.unanswered.grouping import Group, fits, group
from bot.web.admin.unanswered.proof import Proof
from bot.web.admin.unanswered.reading import Found, Reading
from bot.web.admin.unanswered.spark import spark
from bot.web.sheets import FEW

TABS = (("todo", "要处理"), ("writing", "写着"), ("answered", "已能答"), ("not-ours", "不归我们"))
LABELS: Mapping[Reason, str] = {"unsure": "没有把握的", "unhelped": "说没帮上的", "person": "转了人工的"}
HINTS: Mapping[Reason, str] = {
    "unsure": "没有找到合适的回答，或者拿不准是哪一条。",
    "unhelped": "答了，家长说没帮上，或者说不是这个意思。",
    "person": "答了，家长接着就要找人。",
}
SHOWN = 40
FILTERS = ("q", "place", "stage")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The handlers that only read."""

    given: Given
    reading: Reading

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/unanswered?tab=&q=&place=&stage=`: the clusters, those of most parents first."""
        return await self.show_list(request)

    async def show_list(self, request: web.Request, fault: str = "") -> web.Response:
        """Render the list, with a sentence where something could not be done."""
        given = request.query
        reason = _reason(given.get("why", ""))
        found = await self.reading.found(reason)
        tab = given.get("tab", "todo") if given.get("tab") in dict(TABS) else "todo"
        chosen = {name: given.get(name, "").strip()[:60] for name in FILTERS}
        clusters = self.groups(found, found.not_ours if tab == "not-ours" else found.todo, chosen)
        shown = clusters if tab in ("todo", "not-ours") else []
        proofs = [one for one in found.proofs if _tab(one) == tab]
        kept = {name: value for name, value in chosen.items() if value}
        kept |= {"why": reason} if reason != UNSURE else {}
        library = found.tools.library
        context = {
            "staff": face(request),
            "here": "unanswered",
            "tab": tab,
            "tabs": [
                (name, label, f"/admin/unanswered?{urlencode({'tab': name, **kept})}", _count(found, name))
                for name, label in TABS
            ],
            "why": reason,
            "reasons": [(name, label, _address(name), HINTS[name]) for name, label in LABELS.items()],
            **chosen,
            "places": sorted({name for one in self.groups(found, found.todo, {}) for name, _ in one.places}),
            "stages": [stage.name for stage in library.taxonomy.stages.values()],
            "found": [card(one, found) for one in shown[:SHOWN]],
            "more": max(len(shown) - SHOWN, 0),
            "proofs": [proved(one, found) for one in proofs],
            "sentences": sum(len(members) for members in found.todo),
            "clusters": len(found.todo),
            "fault": fault,
            "done": DONE.get(given.get("done", ""), ""),
        }
        return render_template("admin/unanswered.html", request, context, status=422 if fault else 200)

    async def one(self, request: web.Request) -> web.Response:
        """`GET /admin/unanswered/{id}`: all questions of the cluster that holds this one."""
        return await self.show_one(request, int(request.match_info["id"]))

    async def show_one(self, request: web.Request, number: int, fault: str = "", answer: str = "") -> web.Response:
        """Render one cluster, or the proof of what was made of it."""
        reason = await self.reading.reason_of(number)
        found = await self.reading.found(reason)
        members = next((held for held in (*found.todo, *found.not_ours) if number in {one.id for one in held}), None)
        proof = next((one for one in found.proofs if number in {held.id for held in one.members}), None)
        if members is None and proof is None:
            raise Refused(404, "这一类问题不在了，可能刚刚处理过。请回到“没答上的”看看。", "no-cluster")
        held = self.group(found, members or (proof.members if proof else ()))
        context = {
            "staff": face(request),
            "here": "unanswered",
            "group": card(held, found),
            "back": _address(reason),
            "why": LABELS[reason],
            "lines": [(text, _times(held.members, text)) for text in grouping.texts(held.members)],
            "proof": proved(proof, found) if proof else None,
            "todo": members is not None,
            "titles": [title for id_, title in titles(found.tools.library, found.tools.tree) if _entry(id_, found)],
            "fault": fault,
            "answer": answer,
        }
        return render_template("admin/unanswered_one.html", request, context, status=422 if fault else 200)

    def group(self, found: Found, members: Sequence[Miss]) -> Group:
        """Count one cluster."""
        library = found.tools.library
        return group(members, library, grouping.city(library, found.tools.tree), self.given.clock())

    def groups(self, found: Found, clusters: Sequence[Sequence[Miss]], chosen: Mapping[str, str]) -> list[Group]:
        """Count clusters as far as they fit the filters; a filter takes single questions out, not whole clusters."""
        library = found.tools.library
        place = grouping.city(library, found.tools.tree)
        stages = {stage.id: stage.name for stage in library.taxonomy.stages.values()}

        def placed(one: Miss) -> bool:
            at_place = not chosen.get("place") or bool(one.region and place(one.region) == chosen["place"])
            return at_place and (not chosen.get("stage") or stages.get(one.stage or "") == chosen["stage"])

        kept = [[one for one in members if placed(one)] for members in clusters]
        words = chosen.get("q", "")
        kept = [members for members in kept if members and fits(members, words)]
        made = [group(members, library, place, self.given.clock()) for members in kept]
        return sorted(made, key=lambda one: -one.parents)


DONE = {
    "not-ours": "已放到“不归我们”，不再提醒。",
    "reopened": "已放回“要处理”。",
}


def _reason(value: str) -> Reason:
    return next((one for one in LABELS if one == value), UNSURE)


def _address(reason: Reason) -> str:
    return "/admin/unanswered" if reason == UNSURE else f"/admin/unanswered?why={reason}"


def _tab(proof: Proof) -> str:
    if proof.standing == "writing":
        return "writing"
    return "answered" if proof.standing == "live" else ""


def _count(found: Found, tab: str) -> int:
    clusters = {"todo": len(found.todo), "not-ours": len(found.not_ours)}
    return clusters[tab] if tab in clusters else sum(_tab(one) == tab for one in found.proofs)


def _times(members: Sequence[Miss], text: str) -> int:
    return sum(grouping.texts([one])[0] == text for one in members)


def _entry(id_: str, found: Found) -> bool:
    return id_ in found.tools.library.entries


def card(one: Group, found: Found) -> dict[str, Any]:
    """Give what the page shows of a cluster; small counts are hidden here already."""
    entries = found.tools.library.entries
    near = entries.get(one.nearest or "")
    return {
        "id": one.id,
        "ids": ",".join(map(str, one.ids)),
        "seen": one.seen,
        "title": one.title,
        "examples": one.examples,
        "many": one.parents >= FEW,
        "parents": one.parents if one.parents >= FEW else "不足 5",
        "sentences": len(one.members) if len(one.members) >= FEW else 0,
        "places": grouping.counted(one.places),
        "stages": grouping.counted(one.stages),
        "trend": grouping.trend(one.weeks),
        "spark": spark(one.weeks) if one.parents >= FEW else "",
        "near": (near.id, near.title) if near is not None else None,
        "back": bool(one.seen),
        "level": one.level,
        "pending": found.pending.get(one.members[0].id),  # one of the others alone would speak for all of them
    }


def proved(one: Proof, found: Found) -> dict[str, Any]:
    """Give what the page shows of a proof."""
    entry = found.tools.library.entries.get(one.key)
    parents = len({held.parent for held in one.members})
    last = one.members[0]
    return {
        "id": last.id,
        "key": one.key,
        "title": entry.title if entry is not None else grouping.texts(one.members)[0],
        "how": "写成了新条目" if one.handled.startswith("draft:") else "并到了这一条",
        "by": last.handled_by,
        "at": last.handled_at,
        "many": parents >= FEW,
        "parents": parents if parents >= FEW else "不足 5",
        "live": one.standing == "live",
        "answered": one.answered,
        "asked": len(one.asked),
        "lines": [(line.text, line.right, line.title, VERDICTS[line.verdict]) for line in one.asked],
    }

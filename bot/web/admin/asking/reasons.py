"""Why it answered so, in words: the six steps of the way and the table of what was found. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.decision import Tools
from bot.dialogue.rehearsal import Played
from bot.messages import Assessment, Intent
from bot.safety import names
from indexes.explain import Explained, Seen
from indexes.hits import Hits, Verdict
from indexes.limits import Limits

INTENTS: Mapping[Intent, str] = {
    "guidance": "要指导",
    "policy": "问政策",
    "service": "找服务",
    "activity": "找活动",
    "crisis": "危险里的回应",
    "handoff": "找老师",
    "suggestion": "提建议",
    "profile": "管自己的资料",
    "smalltalk": "打招呼、道谢",
    "out-of-scope": "不归我们",
}
VERDICTS: Mapping[Verdict, str] = {
    "answer": "直接答",
    "choose": "给几条让家长选",
    "clarify": "再问一句",
    "none": "说没有",
}
FATES = {"place": "不是这里的", "stage": "给别的阶段的，放到后面", "family": "给特定家庭的，放到后面"}


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six: its name, the finding, and a sentence. `level` is set for the first one alone."""

    name: str
    finding: str
    why: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; a rank 0 was not found by that leg."""

    title: str
    to: str
    note: str
    lexical: int
    dense: int
    lexical_share: float
    dense_share: float
    score: str
    place: str


def steps(played: Played, explained: Explained | None, tools: Tools, limits: Limits) -> list[Step]:
    """Give the six steps of one turn."""
    return [
        _safety(played.assessment),
        _intent(played),
        _understood(played, tools),
        _searched(explained),
        _filtered(explained),
        _threshold(played.hits, limits),
    ]


def rows(explained: Explained, tools: Tools) -> list[Row]:
    """Give the table: the best in order, then what fell."""
    kept = [_row(one, str(place), f"{one.score:.2f}", tools) for place, one in enumerate(explained.rows, 1)]
    return [*kept, *(_row(one, "筛掉" if one.fate == "place" else "靠后", "—", tools) for one in explained.fallen)]


def _row(one: Seen, place: str, score: str, tools: Tools) -> Row:
    note = FATES.get(one.fate, "")
    if not note and one.wording and one.wording != one.title:
        note = f"对上的问法：“{one.wording}”"
    if one.fate == "place" and one.region:
        note += f"（{tools.tree.name(one.region)}）"
    if one.fate == "stage" and one.stages:
        stages = tools.library.taxonomy.stages
        note += f"（{'、'.join(stages[stage].name for stage in one.stages if stage in stages)}）"
    added = [f"{_PARTS[name]} {value:+.2f}" for name, value in one.parts.items() if name in _PARTS]
    note = "；".join(filter(None, (note, *added)))
    to = f"/admin/entries/{one.id}" if one.kind == "entry" else ""
    share = one.parts.get("lexical", 0.0), one.parts.get("dense", 0.0)
    return Row(one.title, to, note, one.lexical, one.dense, *share, score, place)


_PARTS = {"stage": "阶段", "family": "家庭", "near": "本地", "exact": "一字不差"}


def _safety(found: Assessment) -> Step:
    if found.level == "none":
        return Step("1 安全", "平常", "没有危险的话。", "none")
    words = [names.kind(found.kind)] if found.kind else []
    words += ["、".join(names.found_by(found.found))] if found.found else []
    words += ["“" + "”“".join(found.evidence) + "”"] if found.evidence else []
    return Step("1 安全", names.LEVEL_NAMES[found.level], " · ".join(words), found.level)


def _intent(played: Played) -> Step:
    settled, first = played.decision.intent, played.plan
    if played.assessment.crisis:
        return Step("2 想做什么", "先保平安", "有危险时，别的都放在后面。")
    if first.act or first.firm:
        return Step("2 想做什么", INTENTS[settled], "是固定的说法或按钮，不用猜。")
    if settled != first.intent:
        return Step("2 想做什么", INTENTS[settled], f"字面像“{INTENTS[first.intent]}”，找过以后改了。")
    return Step("2 想做什么", INTENTS[settled], "按字面判断，找过以后没有改。")


def _understood(played: Played, tools: Tools) -> Step:
    plan, taxonomy = played.plan, tools.library.taxonomy
    stage = taxonomy.stages.get(plan.stage or "")
    known = [tools.tree.name(plan.region) if plan.region else "", stage.name if stage else ""]
    known.append(taxonomy.families.get(plan.family or "", ""))
    found = " · ".join(filter(None, known))
    told = "接着上一句说的。" if plan.follows or (played.hits is not None and played.hits.with_context) else ""
    return Step("3 听懂了", found or "没说哪里、多大", told or ("是一句新的话。" if found else "不说也能答。"))


def _searched(explained: Explained | None) -> Step:
    if explained is None:
        return Step("4 找", "没有去找", "这句话不用翻条目。")
    legs = "字面、意思两路" if explained.dense else "只有字面一路"
    return Step("4 找", legs, f"{explained.by_words} 条有相同的字，管用的字 {explained.telling} 个。")


def _filtered(explained: Explained | None) -> Step:
    if explained is None:
        return Step("5 筛", "—", "")
    gone = [one.fate for one in explained.fallen]
    if not gone:
        return Step("5 筛", "没有去掉", f"能给这位家长看的有 {explained.allowed} 条。")
    counts = [(gone.count("place"), "条不是本地"), (gone.count("stage"), "条给别的阶段")]
    counts.append((gone.count("family"), "条给特定家庭"))
    return Step("5 筛", f"去掉或靠后 {len(gone)} 条", "，".join(f"{n} {words}" for n, words in counts if n) + "。")


def _threshold(hits: Hits | None, limits: Limits) -> Step:
    if hits is None:
        return Step("6 过门槛", "—", "")
    said = VERDICTS[hits.verdict]
    if hits.verdict == "answer":
        return Step("6 过门槛", f"{hits.first:.2f} ≥ {limits.first:.2f}", f"第一条够准，{said}。")
    if hits.verdict == "choose":
        why = f"第一条只有 {hits.first:.2f}，前三条里有的把握 {hits.three:.2f} ≥ {limits.three:.2f}。"
        return Step("6 过门槛", said, why)
    return Step("6 过门槛", said, f"归我们管的把握 {hits.inside:.2f}，前三条里有的把握 {hits.three:.2f}，都不够。")

"""Guidance and policy questions: the entry found, a choice of three, one question back, or an honest no."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import answers
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase, phrase_list
from bot.dialogue.states import Asked, Offer
from bot.dialogue.words import only_stage
from bot.messages import Block, Intent, Paragraph, Reply, Tap
from indexes.text import informative
from knowledge.hours import OpenStatus
from knowledge.model import Entry, Listing

# Where a local line or station beside the answer helps; elsewhere it would only be noise.
HELPED_BY_PEOPLE = frozenset(
    {"mental-health", "self-harm", "school-refusal", "abuse", "sexual-abuse", "bullying", "parent-wellbeing"}
    | {"special-needs", "hardship-aid", "left-behind", "migrant", "divorce-stepfamily", "missing", "delinquency"}
    | {"services", "adoption", "adolescence", "emotions"}
)
# Rules and entitlements that differ from place to place.
LOCAL_TOPICS = frozenset({"exams", "hardship-aid", "migrant", "services", "activities", "special-needs"})
_CHOICES = 3
_SCRAP = 2  # informative characters that say nothing yet
_TOLD = 12  # and so many that tell enough: then the question back is which of it
_UNSURE = 6  # below this a message is unclear for being short, above for being unlike anything we have


def respond(scene: Scene) -> Decision:
    """Answer by the verdict of the search; `hits` None means that it could not run."""
    if scene.hits is None:
        blocks = (Paragraph(phrase("guidance.search_down")), answers.general())
        return scene.answer(_intent(scene), Reply(blocks, _person()))
    found = entries_of(scene)
    if _goes_on(scene, found):
        return _still(scene)
    if not found or scene.hits.verdict == "none":
        return miss(scene)
    if scene.hits.verdict == "clarify":
        return _clarified(scene, found)
    if scene.hits.verdict == "choose" and _shown_just_now(scene, found[0]):
        return show(scene, found[0], others=found[1:])
    if scene.hits.verdict == "choose":
        return choose(scene, _with_second(scene, found), phrase("guidance.choose"))
    return show(scene, found[0], others=found[1:])


def entries_of(scene: Scene) -> list[Entry]:
    """The entries among the hits that the library still has, best first."""
    library = scene.tools.library.entries
    items = scene.hits.items if scene.hits else ()
    return [library[hit.id] for hit in items if hit.kind == "entry" and hit.id in library]


def show(scene: Scene, entry: Entry, *, others: list[Entry]) -> Decision:
    """Give one entry: what to do now, what to say, when to seek help, and whom nearby. Not twice in a row the same."""
    if _shown_just_now(scene, entry):
        return _again(scene, entry, others)
    blocks: list[Block] = answers.entry_blocks(entry)
    local = _local(scene, entry)
    if local:
        blocks.append(answers.card(*local, scene.now, tree=scene.tools.tree))
    blocks.append(answers.source_line(entry, scene.tools.library))
    second = _second_worry(scene, entry)
    reply = Reply(
        tuple(blocks),
        _after(scene, entry, second),
        phrase("guidance.two_worries" if second else "guidance.related_prompt"),
    )
    decision = scene.answer(
        _intent(scene),
        reply,
        entry=entry.id,
        topic=entry.topics[0],
        question=scene.plan.question or entry.title,
        intent=_intent(scene),
        offered=(),
        others=tuple(other.id for other in others),
        listings=(local[0].id,) if local else (),
        misses=0,
    )
    shown = ((local[0].id, local[1].open),) if local else ()
    return replace(decision, entries=(entry.id,), listings=shown)


def _goes_on(scene: Scene, found: list[Entry]) -> bool:
    """Whether a few words that find nothing of their own are most likely about the answer above."""
    unclear = not found or (scene.hits is not None and scene.hits.verdict in ("clarify", "none"))
    shown = scene.state.entry in scene.tools.library.entries and scene.state.fresh(scene.now)
    return unclear and shown and scene.state.asked is None and informative(scene.plan.words) < _TOLD


def _still(scene: Scene) -> Decision:
    """Ask whether it is about the answer above, which can then be had at length."""
    entry = scene.tools.library.entries[scene.state.entry or ""]
    text = phrase("guidance.still", title=answers.short_title(entry.title))
    taps = (Tap(phrase("guidance.full_tap")), Tap(phrase("guidance.not_meant")), *_person())
    return scene.answer(_intent(scene), Reply((Paragraph(text), answers.general()), taps))


def _shown_just_now(scene: Scene, entry: Entry) -> bool:
    """Whether this very answer stands above, and the parent went on rather than asked for it again."""
    went_on = scene.plan.follows or (scene.hits is not None and scene.hits.with_context)
    return went_on and scene.plan.pick is None and entry.id == scene.state.entry and scene.state.fresh(scene.now)


def _again(scene: Scene, entry: Entry, others: list[Entry]) -> Decision:
    """The same answer fits what was added: only that it does, or at length, or a person when that was given too."""
    stage = scene.tools.library.taxonomy.stages.get(scene.plan.said_stage or "")
    if stage is not None and only_stage(scene.plan.words):
        reply = Reply(
            (Paragraph(phrase("guidance.same", stage=stage.name)), answers.general()),
            (Tap(phrase("guidance.full_tap")), Tap(phrase("guidance.not_meant"))),
        )
        return replace(scene.answer(_intent(scene), reply, question=scene.plan.question), entries=(entry.id,))
    return replace(_at_length(scene, entry, phrase("guidance.again")), entries=(entry.id,))


def stuck(scene: Scene) -> Decision:
    """What was advised did not help: the same at length, then a person."""
    entry = scene.tools.library.entries.get(scene.state.entry or "")
    if entry is None:
        return full(scene)
    return replace(_at_length(scene, entry, phrase("guidance.stuck")), feedback=(entry.id, "no"))


def _at_length(scene: Scene, entry: Entry, head: str) -> Decision:
    """The long answer under a few words, once; afterwards a person is offered."""
    if scene.state.misses:
        reply = Reply((Paragraph(phrase("guidance.said_all")), answers.general()), _person())
        return scene.answer("guidance", reply)
    blocks = (Paragraph(head), *answers.full_blocks(entry), answers.source_line(entry, scene.tools.library))
    return scene.answer("guidance", Reply(blocks, (*_person(), Tap(phrase("guidance.not_meant")))), misses=1)


def choose(scene: Scene, found: list[Entry], head: str) -> Decision:
    """Let the parent say which of up to three was meant."""
    offered = found[:_CHOICES]
    labels = [answers.short_title(entry.title) for entry in offered]
    choice = [
        Tap(f"{n}. {label}", entry.title) for n, (label, entry) in enumerate(zip(labels, offered, strict=True), 1)
    ]
    reply = Reply((Paragraph(head), answers.general()), (*choice, Tap(phrase("guidance.none_of_these"))))
    decision = scene.answer(
        _intent(scene),
        reply,
        offered=tuple(Offer("entry", entry.id, entry.title) for entry in offered),
        others=tuple(entry.id for entry in found[_CHOICES:]),
        question=scene.plan.question or scene.state.question,
        intent=_intent(scene),
    )
    return replace(decision, entries=tuple(entry.id for entry in offered))


def pick(scene: Scene, offer: Offer) -> Decision:
    """The parent chose one of the offered entries."""
    library = scene.tools.library.entries
    if offer.id not in library:
        return miss(scene)
    rest = [library[one.id] for one in scene.state.offered if one.id != offer.id and one.id in library]
    return show(scene, library[offer.id], others=rest)


def not_meant(scene: Scene) -> Decision:
    """Offer what else was found; when nothing is left, another wording or a person."""
    library = scene.tools.library.entries
    rest = [library[one] for one in scene.state.others if one in library]
    feedback = (scene.state.entry, "other") if scene.state.entry else None
    if rest:
        decision = choose(scene, rest, phrase("guidance.next"))
    else:
        blocks = (Paragraph(phrase("guidance.next_none")), answers.general())
        misses = scene.state.misses + 1
        decision = scene.answer("guidance", Reply(blocks, _person()), offered=(), others=(), misses=misses)
    kept = replace(decision.state, question=scene.state.question)
    return replace(decision, intent=scene.state.intent or "guidance", state=kept, feedback=feedback)  # type: ignore[arg-type] # stored intents are ours


def full(scene: Scene) -> Decision:
    """The long answer of the entry shown last."""
    entry = scene.tools.library.entries.get(scene.state.entry or "")
    if entry is None:
        return scene.answer("guidance", Reply((Paragraph(phrase("guidance.full_missing")), answers.general())))
    blocks = (*answers.full_blocks(entry), answers.source_line(entry, scene.tools.library))
    taps = answers.entry_taps(entry.related, scene.tools.library, most=_CHOICES)
    reply = Reply(blocks, tuple(taps), phrase("guidance.related_prompt") if taps else "")
    return replace(scene.answer("guidance", reply, misses=1), entries=(entry.id,))


def miss(scene: Scene) -> Decision:
    """Say honestly that we don't know; the second time in a row offer a person."""
    misses = scene.state.misses + 1
    blocks = (Paragraph(phrase("guidance.miss" if misses < 2 else "guidance.miss_again")), answers.general())
    more = phrase_list("guidance.miss_taps")
    reply = Reply(blocks, (*_person(), *answers.taps(more)[: answers.MAX_TAPS - 1]), phrase("guidance.miss_prompt"))
    return scene.answer(_intent(scene), reply, misses=misses, offered=(), others=(), question=scene.plan.question)


def _clarified(scene: Scene, found: list[Entry]) -> Decision:
    """Ask one thing back; never twice in a row: the second time the best is given, or a choice."""
    if scene.state.asked is not None:
        clear = len(found) == 1 or (scene.hits is not None and scene.hits.margin >= 0.2)
        return show(scene, found[0], others=found[1:]) if clear else choose(scene, found, phrase("guidance.choose"))
    what = _missing(scene, found[:_CHOICES])
    if what is None:
        return choose(scene, found, phrase("guidance.choose"))
    taps = answers.taps(phrase_list("guidance.stages")[1:]) if what == "stage" else ()
    reply = Reply((Paragraph(phrase(f"guidance.clarify_{what}")), answers.general()), taps)
    return scene.answer(
        _intent(scene),
        reply,
        asked=Asked(what, scene.plan.question, _intent(scene)),
        question=scene.plan.question,
        offered=(),
        others=tuple(entry.id for entry in found),
    )


def _missing(scene: Scene, found: list[Entry]) -> str | None:
    """What to ask back: only what tells the candidates apart; None where a choice of them asks it better."""
    telling = informative(scene.plan.question)
    if found[0].topics[0] in LOCAL_TOPICS and scene.plan.region is None and _intent(scene) in ("policy", "service"):
        return "region"
    decides = bool(found[0].stages) and any(entry.stages != found[0].stages for entry in found)
    if scene.plan.stage is None and (telling <= _SCRAP or decides):
        return "stage"
    if len(found) > 1 and (_SCRAP < telling < _UNSURE or scene.plan.follows):
        return None
    return "worry" if telling >= _TOLD else "scene"


def _local(scene: Scene, entry: Entry) -> tuple[Listing, OpenStatus] | None:
    """One line or station of the parent's own place that is about this, open ones first."""
    topics = tuple(topic for topic in entry.topics if topic in HELPED_BY_PEOPLE)
    if not topics or not scene.plan.region:
        return None
    directory = scene.tools.directory
    kinds = ("hotline", "station", "centre", "service")
    found = directory.listings(scene.plan.region, kinds=kinds, topics=topics, today=scene.today)
    near = [one for one in found if one.region != "china" and one.phone and set(one.topics) & set(topics)]
    return next(iter(directory.with_status(near, scene.now)), None)


def _second_worry(scene: Scene, entry: Entry) -> Entry | None:
    """What answers a further worry of the same message."""
    second = scene.hits.second if scene.hits else None
    found = scene.tools.library.entries.get(second.id) if second else None
    return found if found is not None and found.id != entry.id else None


def _with_second(scene: Scene, found: list[Entry]) -> list[Entry]:
    """A choice in which a further worry of the message has its place."""
    second = _second_worry(scene, found[0])
    if second is None or second in found[:_CHOICES]:
        return found
    return [*found[: _CHOICES - 1], second, *(entry for entry in found[_CHOICES - 1 :] if entry is not second)]


def _after(scene: Scene, entry: Entry, second: Entry | None) -> tuple[Tap, ...]:
    """The other worry first, then related questions, and a way to say that it was not this."""
    wanted = ([second.id] if second else []) + [one for one in entry.related if one != entry.id]
    taps = answers.entry_taps(wanted, scene.tools.library, most=answers.MAX_TAPS - 1)
    return (*taps, Tap(phrase("guidance.not_meant")))


def _person() -> tuple[Tap, ...]:
    return (Tap(phrase("services.person_tap")),)


def _intent(scene: Scene) -> Intent:
    """Guidance, or what the plan says it is; a choice keeps the intent of its question."""
    intent = scene.plan.intent
    if scene.plan.pick is not None and scene.state.intent:
        intent = scene.state.intent  # type: ignore[assignment] # stored intents are ours
    return intent if intent in ("guidance", "policy", "service", "activity") else "guidance"

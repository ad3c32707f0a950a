"""Acts that are not words: following the account, a scanned code, a picture, a place on the map, the machine's own."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import answers, asking, notice, services
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase, phrase_list
from bot.dialogue.states import State
from bot.messages import Block, Inbound, Paragraph, Reply, Tap
from bot.parents.profile import Profile

_SILENT = frozenset({"view", "position", "sent-report", "other-event"})
_UNREADABLE = frozenset({"image", "video", "voice", "link", "unsupported"})


def handle(scene: Scene) -> Decision | None:
    """Answer an act that carries no words; None if there are words to answer."""
    kind = scene.inbound.kind
    if kind in _SILENT:
        return Decision((), "smalltalk", scene.state, scene.profile)
    if kind == "unsubscribe":
        return Decision((), "profile", State(at=scene.now), Profile(), erase=True)
    if kind in ("subscribe", "scan"):
        return _welcome(scene)
    if kind == "location":
        return _located(scene)
    if kind in _UNREADABLE and not scene.plan.words:
        return unreadable(scene)
    if not scene.plan.words:
        return scene.answer("smalltalk", Reply((Paragraph(phrase("smalltalk.generic")),)))
    return None


def unreadable(scene: Scene) -> Decision:
    """Thank for a picture, a voice or a link, and ask for words."""
    reply = Reply(
        (Paragraph(phrase(f"kinds.{scene.inbound.kind}")), answers.general()), (Tap(phrase("kinds.person_tap")),)
    )
    return scene.answer("smalltalk", reply)


def _welcome(scene: Scene) -> Decision:
    """Greet, tell who is answering, and take the place from the code that was scanned."""
    scanned, own = station_of(scene.inbound), scene.desk.own
    region = None if scanned else region_of_scene(str(scene.inbound.detail.get("scene") or ""), scene)
    known = scene.inbound.kind == "scan" and scene.state.notice_shown
    blocks: list[Block] = [Paragraph(phrase("welcome.back" if known else "welcome.hello"))]
    if region:
        blocks.append(Paragraph(phrase("welcome.region", region=scene.tools.tree.name(region))))
    if scanned and own:
        blocks.append(Paragraph(phrase("welcome.station", station=own.name)))
    labels = phrase_list("welcome.taps")
    taps = answers.taps(labels)
    if not known:
        blocks.append(Paragraph(phrase("notice.short")))
        taps = (*taps[: answers.MAX_TAPS - 1], Tap(phrase("notice.tap")))
    reply = Reply((*blocks, answers.general()), taps, phrase("welcome.prompt"))
    decision = scene.answer("smalltalk", reply, **({} if known else notice.shown()))
    return replace(decision, profile=scene.profile.learn(region=region))


def station_of(inbound: Inbound) -> str | None:
    """Give the slug of the station whose code was scanned (`desk:<slug>`), in WeChat or on the way to our page."""
    kind, _, slug = str(inbound.detail.get("scene") or "").removeprefix("qrscene_").partition(":")
    return slug if kind == "desk" and slug else None


def region_of_scene(code: str, scene: Scene) -> str | None:
    """The region of a scanned code: `region:<slug>`, `station:<listing id>`, or a bare slug; None if unknown."""
    kind, _, name = code.removeprefix("qrscene_").rpartition(":")
    listing = scene.tools.library.listings.get(name) if kind == "station" else None
    slug = listing.region if listing else name
    return slug if slug in scene.tools.library.regions and slug != "china" else None


def _located(scene: Scene) -> Decision:
    """Take the district from the label of a place on the map and show what is there."""
    label = str(scene.inbound.detail.get("label") or "")
    found = scene.tools.tree.find(label) if label else None
    if found is None:
        blocks = (Paragraph(phrase("services.location_unknown")), answers.general())
        return scene.answer("service", Reply(blocks))
    words = phrase("services.nearby")
    here = replace(scene, plan=replace(scene.plan, region=found.slug, place=found.slug, question=words))
    decision = services.search(here, asking.read(words))
    [reply] = decision.replies
    first = Paragraph(phrase("services.located", region=scene.tools.tree.name(found.slug)))
    profile = scene.profile.learn(region=found.slug)
    return replace(decision, replies=(replace(reply, blocks=(first, *reply.blocks)),), profile=profile)

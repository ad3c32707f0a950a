"""Appointments from the chat: the next free times, asking for one, following, accepting another time, cancelling.

Pure: what is free and what the parent has was loaded before (`bot.dialogue.diary`), what they decide is written by
`bot.handoff.booking.bookings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue import asking, services
from bot.dialogue.answers import general, taps
from bot.dialogue.decision import Decision, Plan, Scene
from bot.dialogue.following import NUMBER
from bot.dialogue.phrases import phrase, phrase_list
from bot.dialogue.states import Asked, Offer, State
from bot.dialogue.words import books
from bot.handoff.booking.rules import Wish, called, moment
from bot.messages import Block, Booking, Opening, Paragraph, Reply, Slot, Steps, Tap
from bot.times import clock

BOOK, MINE, ACCEPT, CANCEL = "book", "my-bookings", "accept-time", "cancel-booking"
ACTS = (BOOK, MINE, ACCEPT, CANCEL)
INTENT = "booking"  # kept as the intent of the last turn: 还有吗 then asks for later times
SHOWN = 4  # taps, the one for later times among them
_AFTER = "after:"
_PAST = 3  # bookings that are over, in the list of one's own


def chosen(state: State, plan: Plan) -> Offer | None:
    """The time or booking that these words choose of those shown."""
    offer = state.offered[plan.pick] if plan.pick is not None else None
    return offer if offer is not None and offer.kind in ("slot", "booking") else None


def wanted(state: State, plan: Plan) -> bool:
    """Whether a turn is about appointments, so that the diary is needed."""
    more = plan.act == "more" and state.intent == INTENT
    return plan.act in ACTS or more or chosen(state, plan) is not None or (plan.act is None and books(plan.question))


def after(state: State, plan: Plan) -> int | None:
    """The slot after which times are wanted, when later ones than those shown are."""
    offer = chosen(state, plan)
    if plan.act == "more":
        offer = next((one for one in state.offered if one.kind == "slot" and one.id.startswith(_AFTER)), None)
    return int(offer.id.removeprefix(_AFTER)) if offer is not None and offer.id.startswith(_AFTER) else None


def slot_of(offer: Offer | None) -> int | None:
    """The slot that an offer asks for."""
    return int(offer.id) if offer is not None and offer.kind == "slot" and offer.id.isdecimal() else None


def offer(scene: Scene) -> Decision:
    """Show the next free times; without any the truth, and what else there is."""
    return _shown(scene, "booking.head") if scene.diary.free else _nothing(scene)


def later(scene: Scene) -> Decision:
    """Show the times after those shown."""
    return (
        _shown(scene, "booking.no_later" if scene.diary.wrapped else "booking.later")
        if scene.diary.free
        else offer(scene)
    )


def wished(scene: Scene) -> Decision | None:
    """Take words such as 想约个时间当面聊 as asking for a time where there is one; else they mean what they did."""
    if scene.plan.act is not None or not books(scene.plan.question):
        return None
    asks_place = scene.plan.region is None and scene.diary.elsewhere
    return offer(scene) if scene.diary.free or asks_place or scene.plan.follows else None


def _shown(scene: Scene, key: str) -> Decision:
    free = scene.diary.free
    slots = free[: SHOWN - 1] if len(free) > SHOWN else free
    labels = _labels(slots)
    offers = [Offer("slot", str(slot.id), label) for slot, label in zip(slots, labels, strict=True)]
    if len(free) > SHOWN:
        offers.append(Offer("slot", f"{_AFTER}{slots[-1].id}", phrase("booking.later_tap")))
    blocks = (Paragraph(phrase(key)), Steps(tuple(_item(slot) for slot in slots)), general())
    reply = Reply(blocks, tuple(Tap(one.label) for one in offers))
    return scene.answer("service", reply, offered=tuple(offers), others=(), listings=(), misses=0, intent=INTENT)


def _item(slot: Slot) -> str:
    left = phrase("booking.left", count=slot.left) if slot.places > 1 else ""
    return phrase("booking.item", what=called(slot), end=clock(slot.ends_at), left=left)


def _labels(slots: Sequence[Slot]) -> list[str]:
    """What is pressed; the station is named where the same thing is offered at the same time by several."""
    plain = [phrase("booking.tap", when=moment(slot), title=slot.title) for slot in slots]
    return [
        label if plain.count(label) == 1 else phrase("booking.tap_at", label=label, station=slot.station)
        for slot, label in zip(slots, plain, strict=True)
    ]


def _nothing(scene: Scene) -> Decision:
    """Nothing can be booked: where is the parent, if that is not known; else the places one can turn to."""
    region = scene.plan.region
    if region is None and scene.diary.elsewhere:
        reply = Reply((Paragraph(phrase("booking.region")), general()))
        return scene.answer("service", reply, asked=Asked("region", phrase("booking.word"), "service"), intent=INTENT)
    question = phrase("booking.instead_question")
    found = services.search(replace(scene, plan=replace(scene.plan, question=question)), asking.read(question))
    place = scene.tools.tree.name(region) if region else ""
    first: Block = Paragraph(phrase("booking.none", region=place))
    reply = replace(found.replies[0], blocks=(first, *found.replies[0].blocks))
    person = phrase("services.person_tap")
    if person not in [tap.label for tap in reply.taps]:
        reply = replace(reply, taps=(*reply.taps[: SHOWN - 1], Tap(person)))
    return replace(found, replies=(reply, *found.replies[1:]))


def pick(scene: Scene, choice: Offer) -> Decision:
    """The parent chose: a time, later ones, or which booking to cancel."""
    if choice.kind == "booking":
        found = [one for one in scene.diary.ahead(scene.now) if str(one.id) == choice.id]
        return _cancelled(scene, found[0]) if found else _none(scene, "booking.cancel_none")
    if slot_of(choice) is None:
        return later(scene)
    slot = scene.diary.chosen
    if slot is None:  # given away, or closed, since it was shown
        return _shown(scene, "booking.taken") if scene.diary.free else _nothing(scene)
    return _asked(scene, slot)


def _asked(scene: Scene, slot: Slot) -> Decision:
    """Ask for a slot: one at a time of a title, and of one station, whose people see the case."""
    ahead = scene.diary.ahead(scene.now)
    waiting = next((one for one in ahead if one.state == "proposed" and one.slot.title == slot.title), None)
    for one in ahead:
        if one is not waiting and (one.slot.title == slot.title or one.slot.station_id != slot.station_id):
            key = "booking.twice" if one.slot.title == slot.title else "booking.other_station"
            reply = Reply(
                (Paragraph(phrase(key, what=called(one.slot))), general()), taps(phrase_list("booking.own_taps"))
            )
            return scene.answer("service", reply, offered=(), intent=INTENT)
    words = phrase("booking.asked", what=called(slot), number=NUMBER)
    reply = Reply((Paragraph(words), general()), taps(phrase_list("booking.own_taps")))
    decision = scene.answer("service", reply, offered=(), misses=0, intent=INTENT)
    detail = {"question": scene.state.question, "region": scene.plan.region, "stage": scene.plan.stage}
    opening = Opening(
        "appointment", "none", phrase("booking.reason", what=called(slot)), {k: v for k, v in detail.items() if v}
    )
    return replace(decision, opening=opening, wish=Wish("ask", slot.id, waiting.id if waiting else None))


def mine(scene: Scene) -> Decision:
    """Show the parent's own bookings with how they stand: those ahead, and the last that are over."""
    ahead = scene.diary.ahead(scene.now)
    over = [one for one in scene.diary.own if one not in ahead][-_PAST:]
    if not ahead and not over:
        return _none(scene, "booking.mine_none")
    lines = tuple(Paragraph(_line(scene, one)) for one in (*over, *ahead))
    labels = phrase_list("booking.ahead_taps" if ahead else "booking.book_taps")
    if any(one.state == "proposed" for one in ahead):
        labels = (phrase("booking.accept_tap"), *labels)
    reply = Reply((Paragraph(phrase("booking.mine_head")), *lines, general()), taps(labels))
    return scene.answer("service", reply, offered=(), intent=INTENT)


def _line(scene: Scene, one: Booking) -> str:
    gone = one.active and one.slot.starts_at <= scene.now
    state = phrase("booking.states.over" if gone else f"booking.states.{one.state}")
    return phrase("booking.mine_line", what=called(one.slot), state=state, number=one.case_id)


def _none(scene: Scene, key: str) -> Decision:
    reply = Reply((Paragraph(phrase(key)), general()), taps(phrase_list("booking.book_taps")))
    return scene.answer("service", reply, offered=(), intent=INTENT)


def accept(scene: Scene) -> Decision:
    """Take the time that staff proposed, the newest if there are several."""
    waiting = [one for one in scene.diary.ahead(scene.now) if one.state == "proposed"]
    if not waiting:
        return mine(scene) if scene.diary.own else _none(scene, "booking.accept_none")
    newest = max(waiting, key=lambda one: one.id)
    words = Paragraph(phrase("booking.accepted", what=called(newest.slot)))
    decision = scene.answer("service", Reply((words, general()), taps(phrase_list("booking.own_taps"))), offered=())
    return replace(decision, wish=Wish("accept", newest.id))


def cancel(scene: Scene) -> Decision:
    """Cancel the booking; with several ask which."""
    ahead = scene.diary.ahead(scene.now)
    if not ahead:
        return _none(scene, "booking.cancel_none")
    if len(ahead) == 1:
        return _cancelled(scene, ahead[0])
    slots = [one.slot for one in ahead[:SHOWN]]
    offers = tuple(
        Offer("booking", str(one.id), phrase("booking.cancel_one", when=moment(slot), title=slot.title))
        for one, slot in zip(ahead, slots, strict=False)
    )
    blocks = (Paragraph(phrase("booking.cancel_which")), Steps(tuple(called(slot) for slot in slots)), general())
    return scene.answer(
        "service", Reply(blocks, tuple(Tap(one.label) for one in offers)), offered=offers, intent=INTENT
    )


def _cancelled(scene: Scene, one: Booking) -> Decision:
    words = Paragraph(phrase("booking.cancelled", what=called(one.slot)))
    decision = scene.answer("service", Reply((words, general()), taps(phrase_list("booking.book_taps"))), offered=())
    return replace(decision, wish=Wish("cancel", one.id))

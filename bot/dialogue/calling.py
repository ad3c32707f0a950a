"""Which desk a turn is about: looked at only where the answer tells of it or a case is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.decision import Decision, Plan
from bot.dialogue.events import station_of
from bot.handoff.duty.placing import Caller, Placing
from bot.handoff.duty.routing import language_in
from bot.handoff.duty.standing import Desk
from bot.messages import Inbound
from bot.parents.profile import Profile
from bot.store.conversations import Conversation
from knowledge.regions import RegionTree


async def look(
    placing: Placing,
    conn: AsyncConnection,
    conversation: Conversation,
    inbound: Inbound,
    planned: Plan,
    profile: Profile,
    now: datetime,
    *,
    danger: bool,
) -> Desk:
    """Say how the desk stands to which this parent would come; without a call or a danger nothing is loaded."""
    scanned = station_of(inbound)
    if danger or planned.intent == "handoff" or conversation.holder == "queue":
        caller = _caller("crisis" if danger else "chat", planned, profile, scanned)
        return await placing.desk(conn, conversation, caller, now)
    return await placing.own(conn, scanned) if scanned and scanned != profile.station else Desk(on_duty=False)


async def for_opening(
    placing: Placing,
    conn: AsyncConnection,
    conversation: Conversation,
    planned: Plan,
    decision: Decision,
    desk: Desk,
    now: datetime,
) -> Desk:
    """Look again when another kind of case is opened than the one that the answer was about."""
    if decision.opening is None or decision.opening.kind in (desk.kind, "appointment"):  # one goes where its slot is
        return desk
    caller = _caller(decision.opening.kind, planned, decision.profile, None)
    return await placing.desk(conn, conversation, caller, now)


def learned(profile: Profile, desk: Desk, inbound: Inbound, tree: RegionTree) -> Profile:
    """Keep whose code was scanned, and the place that goes with it unless a closer one is known."""
    scanned, own = station_of(inbound), desk.own
    if scanned is None or own is None or own.slug != scanned:
        return profile
    known = profile.region
    closer = known is not None and (own.region is None or not tree.within(own.region, known) or known == own.region)
    return replace(profile.learn(region=None if closer else own.region), station=own.slug)


def _caller(kind: str, planned: Plan, profile: Profile, scanned: str | None) -> Caller:
    region = planned.region or profile.region
    return Caller(kind, region, scanned or profile.station, language_in(planned.words))

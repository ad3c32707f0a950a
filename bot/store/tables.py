"""The tables. Every table with many rows carries `conversation_id` in its key, so that it can be spread by it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _at(name: str, *, nullable: bool = False, now: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None)


def _conversation() -> Column[object]:
    return Column("conversation_id", BigInteger, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)


parents = Table(
    "parents",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("sender", Text, nullable=False),  # the openid or visitor id: needed to answer, shown to nobody
    Column("profile", JSONB, nullable=False, server_default=text("'{}'")),
    _at("created_at", now=True),
    _at("seen_at", now=True),
    UniqueConstraint("channel", "sender"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("parent_id", BigInteger, ForeignKey("parents.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("holder", Text, nullable=False, server_default="bot"),  # bot, queue or person: who speaks
    Column("case_id", BigInteger),  # the open case, if any
    Column("state", JSONB, nullable=False, server_default=text("'{}'")),
    Column("rest", JSONB, nullable=False, server_default=text("'[]'")),  # parts of the last answer not yet read
    Column("windows", JSONB, nullable=False, server_default=text("'{}'")),  # what WeChat lets us send, and until when
    Column("cleared_to", BigInteger, nullable=False, server_default=text("0")),  # 清空对话: pages show only later lines
    _at("touched_at", now=True),
)

inbounds = Table(
    "inbounds",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("key", Text, nullable=False),
    Column("body", JSONB, nullable=False),  # the Inbound, so that another process can answer it; emptied when answered
    Column("via", Text),  # passive, api or page: decided once, by this row
    Column("answer", Text),  # the passive words: WeChat's own retry gets the same
    _at("received_at", now=True),
    _at("leased_until"),
    _at("answered_at", nullable=True),
    PrimaryKeyConstraint("conversation_id", "id"),
    UniqueConstraint("conversation_id", "key"),
    Index("ix_inbounds_unanswered", "leased_until", postgresql_where=text("answered_at IS NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("case_id", BigInteger),
    Column("who", Text, nullable=False),  # parent, bot, person, note or event
    Column("author", Text, nullable=False, server_default=""),
    Column("key", Text, nullable=False, server_default=""),  # the act's key: a page knows its own words by it
    Column("text", Text, nullable=False),
    Column("reply", JSONB),
    Column("level", Text, nullable=False, server_default="none"),
    Column("state", Text, nullable=False, server_default="sent"),  # sent, pending, failed, parked or withdrawn
    Column("reason", Text, nullable=False, server_default=""),
    _at("at", now=True),
    PrimaryKeyConstraint("conversation_id", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("message_id", BigInteger),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("author", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, sending, sent, failed or parked
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=""),
    _at("due_at", now=True),
    _at("expires_at", nullable=True),  # from then on the words would be untrue: they are not sent any more
    _at("created_at", now=True),
    Column("about", Text, nullable=False, server_default=""),  # digest: nobody waits for it, so it goes after all else
    PrimaryKeyConstraint("conversation_id", "id"),
    Index("ix_outbox_due", "due_at", postgresql_where=text("state IN ('pending', 'sending')")),
    Index("ix_outbox_parked", "conversation_id", postgresql_where=text("state = 'parked'")),
)

cases = Table(
    "cases",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),  # open, claimed or closed
    Column("level", Text, nullable=False, server_default="none"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("region", Text),
    Column("stage", Text),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("owner_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("outcome", Text),
    _at("opened_at", now=True),
    _at("due_at"),
    Column("alerts", Integer, nullable=False, server_default=text("0")),  # rounds of alerts since it was last news
    _at("alerted_at", nullable=True),  # the last round
    _at("acknowledged_at", nullable=True),  # somebody has said that they look at it; empty again at worse news
    _at("answered_at", nullable=True),  # the first words of a person
    _at("claimed_at", nullable=True),
    _at("closed_at", nullable=True),
    Column(
        "station_id", BigInteger, ForeignKey("stations.id", ondelete="SET NULL")
    ),  # whose case it is; NULL: anybody's
    Column("department", Text),  # the office that has to answer
    Column("language", Text),
    Column("reporter_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),  # who made a mandatory report
    Column("sealed", Boolean, nullable=False, server_default=text("false")),
    _at("snoozed_until", nullable=True),
    Column("moves", Integer, nullable=False, server_default=text("0")),  # times that a rule gave it to somebody else
    _at("moved_at", nullable=True),
    Column("satisfaction", SmallInteger),  # 1 to 5, said by the parent
    _at("rated_at", nullable=True),
    Index("ix_cases_station", "station_id", "opened_at"),
    Index("ix_cases_owner", "owner_id", postgresql_where=text("state <> 'closed'")),
    Index("ix_cases_open", "opened_at", postgresql_where=text("state <> 'closed'")),
    Index("ix_cases_opened", "opened_at"),
    Index("ix_cases_closed", "closed_at", postgresql_where=text("state = 'closed'")),
    Index("ix_cases_rated", "rated_at", postgresql_where=text("rated_at IS NOT NULL")),
    Index("ix_cases_conversation", "conversation_id"),
    # One open case of a kind for a conversation: a second call for help joins the first.
    Index(
        "uq_cases_open_kind",
        "conversation_id",
        "kind",
        unique=True,
        postgresql_where=text("state <> 'closed' AND conversation_id IS NOT NULL"),
    ),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("tag", Text, nullable=False),  # the vocabulary: bot/store/events.py
    Column("actor", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    _at("at", now=True),
)

stations = Table(
    "stations",  # a community station or office whose people answer
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),  # stands in its QR code: desk:<slug>
    Column("name", Text, nullable=False),
    Column("region", Text),  # where it serves; NULL: everywhere
    Column("hours", Text, nullable=False, server_default=""),  # when somebody is there if no shifts are planned
    Column("kinds", JSONB, nullable=False, server_default=text("'[]'")),  # of cases; none: all kinds
    Column("languages", JSONB, nullable=False, server_default=text("'[]'")),
    Column("robot", Text, nullable=False, server_default=""),  # WeCom group robot for alerts
    Column("next_id", BigInteger, ForeignKey("stations.id", ondelete="SET NULL")),  # who helps when nobody here does
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _at("created_at", now=True),
)

staff = Table(
    "staff",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _at("created_at", now=True),
    Column("station_id", BigInteger, ForeignKey("stations.id", ondelete="SET NULL")),
    Column("region", Text),  # a supervisor's; others have their station's
    Column("capacity", Integer, nullable=False, server_default=text("5")),  # talks at a time
    Column("languages", JSONB, nullable=False, server_default=text("'[]'")),
    Column("totp", Text),  # the second factor's secret, encrypted; NULL: none yet
    Column("totp_step", BigInteger),  # the last code's time step: a code works once
    Column("recovery", JSONB, nullable=False, server_default=text("'[]'")),  # keyed hashes of codes for a lost phone
    Column("likes", JSONB, nullable=False, server_default=text("'{}'")),  # settings of the pages, e.g. shortcuts off
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),  # the token itself is only in the browser
    Column("id", BigInteger, Identity(), nullable=False, unique=True),  # names it on the page of sessions
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("whole", Boolean, nullable=False, server_default=text("true")),  # false: the second factor is still to come
    Column("agent", Text, nullable=False, server_default=""),  # browser and system in a few words
    _at("created_at", now=True),
    _at("seen_at", now=True),
    _at("expires_at"),
    Index("ix_staff_sessions_staff", "staff_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("id", BigInteger, Identity(), nullable=False, unique=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("station_id", BigInteger, ForeignKey("stations.id", ondelete="CASCADE")),
    Column("region", Text),
    Column("by_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    _at("created_at", now=True),
    _at("expires_at"),
    _at("used_at", nullable=True),
)

audit = Table(
    "audit",  # who read or changed what; never changed, never shown to parents
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _at("at", now=True),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("name", Text, nullable=False),  # stays readable when the account is gone
    Column("act", Text, nullable=False),  # the vocabulary: bot/store/audit.py
    Column("subject", Text, nullable=False),  # case:12, staff:3
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Index("ix_audit_subject", "subject", "id"),
    Index("ix_audit_staff_id", "staff_id", "id"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("station_id", BigInteger, ForeignKey("stations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("hours", Text, nullable=False),  # workday 08:30-12:00; workday 13:30-17:30
    Column("from_day", Date, nullable=False),
    Column("until_day", Date),
)

absences = Table(
    "absences",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    _at("from_at"),
    _at("until_at"),
    Column("note", Text, nullable=False, server_default=""),
)

closures = Table(
    "closures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("stations.id", ondelete="CASCADE")),  # NULL: all of them
    Column("from_day", Date, nullable=False),
    Column("until_day", Date, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # why, as parents may read it
)

case_members = Table(
    "case_members",  # who is in a family's file beside its owner
    metadata,
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("part", Text, nullable=False, server_default=""),
    _at("at", now=True),
)

files = Table(
    "files",  # a family's file (一生一档): what is known, with the consent that lets it be kept
    metadata,
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("situation", JSONB, nullable=False, server_default=text("'{}'")),
    Column("consent", Text, nullable=False, server_default=""),  # "", asked, given, refused or withdrawn
    Column("consent_how", Text, nullable=False, server_default=""),  # chat, or on paper
    _at("consent_at", nullable=True),
)

plan_items = Table(
    "plan_items",  # 一家一策: what is to be reached, by whom, until when
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("goal", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("until_day", Date),
    Column("state", Text, nullable=False, server_default="open"),  # open, done, stuck or dropped
    Column("note", Text, nullable=False, server_default=""),
    _at("at", now=True),
)

helpers = Table(
    "helpers",  # 一人一帮: school, family, hospital, community, each with their part
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("side", Text, nullable=False),  # school, family, hospital or community
    Column("who", Text, nullable=False),
    Column("part", Text, nullable=False, server_default=""),
    Column("next_day", Date),
    Column(
        "role", Text, nullable=False, server_default=""
    ),  # of a pairing (结对), see handoff.family.pairing; "": none
    Column("since_day", Date),  # a pairing begins; it is meant to go on until `until_day`
    Column("until_day", Date),
    Column("ended_day", Date),
    Column("ended_why", Text, nullable=False, server_default=""),
)

referrals = Table(
    "referrals",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("to_whom", Text, nullable=False),
    Column("duty_id", Text),  # of the library's duty table
    Column("why", Text, nullable=False, server_default=""),
    Column("on_day", Date, nullable=False),
    Column("answer", Text, nullable=False, server_default="waiting"),  # waiting, taken or refused
    Column("note", Text, nullable=False, server_default=""),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    _at("due_at"),
    Column("result", Text, nullable=False, server_default=""),
    _at("done_at", nullable=True),
    _at("reminded_at", nullable=True),
    Column("way", Text, nullable=False, server_default=""),  # home (a visit), phone, school, online or station
    Column("helper_id", BigInteger, ForeignKey("helpers.id", ondelete="SET NULL"), index=True),  # whose contact it is
    Column("agreed", Text, nullable=False, server_default=""),
    Column("dropped", Boolean, nullable=False, server_default=text("false")),  # done with, but it did not take place
    Column("told", Text, nullable=False, server_default=""),  # the parent of a visit: see handoff.family.visits
    _at("told_at", nullable=True),
    Column("confirmed", Text, nullable=False, server_default=""),  # what the parent says of it: the same
    _at("confirmed_at", nullable=True),
    Index("ix_follow_ups_told", "due_at", postgresql_where=text("told IN ('wanted', 'off') OR confirmed = 'wanted'")),
    Index("ix_follow_ups_due", "due_at", postgresql_where=text("done_at IS NULL")),
)

slots = Table(
    "slots",  # a time at a station or on a clinic day that parents can ask for
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    _at("starts_at"),
    Column("minutes", Integer, nullable=False),
    Column("places", Integer, nullable=False, server_default=text("1")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Index("ix_slots_station", "station_id", "starts_at"),
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("slot_id", BigInteger, ForeignKey("slots.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    # asked, proposed, confirmed, declined, cancelled, attended, missed
    Column("state", Text, nullable=False, server_default="asked"),
    _at("at", now=True),
    _at("reminded_at", nullable=True),
)

canned = Table(
    "canned",  # replies that a station keeps ready
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("stations.id", ondelete="CASCADE")),  # NULL: everybody's
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    _at("at", now=True),
)

media = Table(
    "media",  # pictures of parents, fetched before WeChat drops them
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("message_id", BigInteger, nullable=False),
    Column("media_id", Text, nullable=False),  # WeChat's name for it
    Column("mime", Text, nullable=False, server_default=""),
    Column("body", LargeBinary),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, kept or failed
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=""),
    _at("due_at", now=True),
    PrimaryKeyConstraint("conversation_id", "id"),
    Index("ix_media_due", "due_at", postgresql_where=text("state = 'pending'")),
    Index("ix_media_message", "conversation_id", "message_id"),
)

reviews = Table(
    "reviews",  # a supervisor's look at how a case was handled
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reviewer_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("marks", JSONB, nullable=False, server_default=text("'{}'")),
    Column("comment", Text, nullable=False, server_default=""),
    _at("at", now=True),
)

releases = Table(
    "releases",  # one publishing of the library: asked for, built, live, or refused with the reason
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("digest", Text),  # NULL until it is built
    Column("directory", Text, unique=True),
    _at("built_at", nullable=True),
    Column("state", Text, nullable=False, server_default="built"),  # asked, building, built, refused or failed
    Column("author", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("base", BigInteger),  # the release that it stands on; NULL: the packaged library
    Column("changes", JSONB, nullable=False, server_default=text("'[]'")),  # all that it has over the packaged library
    Column("report", JSONB, nullable=False, server_default=text("'{}'")),  # the exam, what was refused and why
    Column("progress", Text, nullable=False, server_default=""),
    _at("asked_at", now=True),
    _at("taken_at", nullable=True),  # by the process that builds it
    _at("live_at", nullable=True),  # the last time that it became the live one
    Index("ix_releases_waiting", "number", postgresql_where=text("state IN ('asked', 'building')")),
)

live = Table(
    "live",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1: one row is the pointer
    Column("directory", Text, nullable=False),
    _at("since", now=True),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("app_id", Text, primary_key=True),
    Column("token", Text, nullable=False),
    _at("expires_at"),
    _at("fetched_at"),
)

proofs = Table(
    "proofs",
    metadata,
    Column("proof", Text, primary_key=True),  # timestamp, nonce and signature of a push
    Column("digest", Text, nullable=False),
    _at("seen_at"),
    Index("ix_proofs_seen_at", "seen_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("entry_id", Text),
    Column("verdict", Text, nullable=False),
    _at("at", now=True),
    PrimaryKeyConstraint("conversation_id", "id"),
)

ratings = Table(
    "ratings",  # of articles, by readers of whom nothing is known
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("entry_id", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    _at("at", now=True),
    Index("ix_ratings_entry_id", "entry_id"),
)

misses = Table(
    "misses",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("text", Text, nullable=False),  # masked: numbers and names out
    Column("verdict", Text, nullable=False),
    Column("nearest", Text),
    _at("at", now=True),
    Column("reason", Text, nullable=False, server_default="unsure"),  # or unhelped, person: bot/store/misses.py
    Column("level", Text),  # what safety found in the words; null in rows from before it was kept
    Column("handled", Text),  # what an editor made of it: draft:<entry>, wording:<entry> or not-ours
    Column("handled_by", Text, nullable=False, server_default=""),
    _at("handled_at", nullable=True),
    PrimaryKeyConstraint("conversation_id", "id"),
    Index("ix_misses_at", "at"),
)

turns = Table(
    "turns",  # what became of each act of a parent, for figures: no words; without its parent it stays as a count
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    _at("at"),
    Column("channel", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # the vocabulary: bot/dialogue/outcome.py
    Column("entries", JSONB, nullable=False, server_default=text("'[]'")),  # shown, by id
    Column("listings", JSONB, nullable=False, server_default=text("'[]'")),
    Column("region", Text),
    Column("stage", Text),
    Column("level", Text, nullable=False, server_default="none"),
    Index("ix_turns_at", "at"),
    Index("ix_turns_region", "region"),  # so that the regions there are can be listed
)

reads = Table(
    "reads",  # how often the page of an entry was opened on a day; nothing of who
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("times", Integer, nullable=False, server_default=text("0")),
)

reported = Table(
    "reported",  # what offices count themselves: events, people there, courses, calls answered; the last word counts
    metadata,
    Column("region", Text, primary_key=True),
    Column("month", Date, primary_key=True),  # its first day
    Column("name", Text, primary_key=True),  # events, people, courses or calls
    Column("number", Integer, nullable=False),
    Column("author", Text, nullable=False),
    _at("at", now=True),
)

units = Table(
    "units",  # schools, kindergartens, stations, towns and offices for which somebody counts
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sort", Text, nullable=False),  # the vocabulary: knowledge/demands.py
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _at("at", now=True),
    UniqueConstraint("region", "name"),
)

unit_counts = Table(
    "unit_counts",  # what a unit counted in a month; the last word counts
    metadata,
    Column("unit_id", BigInteger, ForeignKey("units.id", ondelete="CASCADE"), primary_key=True),
    Column("month", Date, primary_key=True),  # its first day
    Column("name", Text, primary_key=True),  # the vocabulary: knowledge/demands.yaml
    Column("number", Integer, nullable=False),
    Column("author", Text, nullable=False),
    _at("at", now=True),
)

detections = Table(
    "detections",  # what safety found in a message, and what an admin says of it; goes with the conversation
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    _conversation(),
    Column("message_id", BigInteger),
    Column("case_id", BigInteger),
    Column("level", Text, nullable=False),
    Column("kind", Text),
    Column("found", JSONB, nullable=False, server_default=text("'[]'")),  # the layers and patterns that found it
    Column("evidence", JSONB, nullable=False, server_default=text("'[]'")),
    Column("child_writing", Boolean, nullable=False, server_default=text("false")),
    _at("at", now=True),
    Column("verdict", Text),  # right, wrong or missed; NULL while nobody has looked
    Column("right_level", Text),
    Column("right_kind", Text),
    Column("marked_by", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    _at("marked_at", nullable=True),
    PrimaryKeyConstraint("conversation_id", "id"),
    Index("ix_detections_at", "at"),
)

edits = Table(
    "edits",  # what admins changed of what is packaged beside the library; the last row of a key is in force
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sort", Text, nullable=False),  # the vocabulary: bot/store/edits.py
    Column("key", Text, nullable=False),
    Column("body", Text),  # as its sort is written; NULL: the packaged one again
    Column("author", Text, nullable=False),
    _at("at", now=True),
    Index("ix_edits_key", "sort", "key", "id"),
)

changes = Table(
    "changes",  # one change of one thing of the library, from the first draft until it is live or given up
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sort", Text, nullable=False),  # entry, listing, activity, duty or source
    Column("key", Text, nullable=False),  # its id in the library
    Column("title", Text, nullable=False, server_default=""),  # as lists show it
    Column("state", Text, nullable=False, server_default="draft"),  # the vocabulary: knowledge/editorial.py
    Column("origin", Text, nullable=False, server_default="edit"),  # edit, import, call, question, restore
    Column("release_number", BigInteger),  # the first release that has it
    _at("opened_at", now=True),
    _at("updated_at", now=True),
    Index(
        "uq_changes_open",
        "sort",
        "key",
        unique=True,
        postgresql_where=text("state IN ('draft', 'in-review', 'approved')"),
    ),
    Index("ix_changes_state", "state", "updated_at"),
    Index("ix_changes_thing", "sort", "key", "id"),
)

versions = Table(
    "versions",  # every saving of a change; the last one is what the change would make of the thing
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("change_id", BigInteger, ForeignKey("changes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body", JSONB(none_as_null=True)),  # the thing as knowledge/records.py writes it; NULL: taken out
    Column("author_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("author", Text, nullable=False),  # stays readable when the account is gone
    _at("at", now=True),
)

remarks = Table(
    "remarks",  # what was done and said about a change: comments, and each step with its words
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("change_id", BigInteger, ForeignKey("changes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step", Text, nullable=False),  # remark, or a step of knowledge/editorial.py
    Column("text", Text, nullable=False, server_default=""),
    Column("author_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("author", Text, nullable=False),
    _at("at", now=True),
)

verifications = Table(
    "verifications",  # somebody called a listing or went there
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("listing_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # right, changed, no-answer or gone
    Column("answered", Text, nullable=False, server_default=""),  # who answered: a role, never a private name
    Column("note", Text, nullable=False, server_default=""),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("name", Text, nullable=False),
    _at("at", now=True),
    Index("ix_verifications_listing", "listing_id", "id"),
)

exam_questions = Table(
    "exam_questions",  # what editors added to the packaged exam: a question and what should have been found
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("body", JSONB, nullable=False),  # as knowledge/exam.py reads a question
    Column("author", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _at("at", now=True),
)

trials = Table(
    "trials",  # many questions put to one or two releases, with what each found, to be looked at again later
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="asked"),  # asked, running, done or failed
    Column("questions", JSONB, nullable=False),
    Column("results", JSONB, nullable=False, server_default=text("'{}'")),  # by the release's directory
    Column("author", Text, nullable=False),
    _at("at", now=True),
)

uploads = Table(
    "uploads",  # a file to be imported, read and shown before anything of it is taken; gone after an hour
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="reading"),  # reading, read, importing, done or refused
    Column("file", LargeBinary),
    Column("rows", JSONB, nullable=False, server_default=text("'[]'")),  # what was read, with its problems
    Column("report", JSONB, nullable=False, server_default=text("'{}'")),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="SET NULL")),
    Column("author", Text, nullable=False),
    _at("at", now=True),
)

vitals = Table(
    "vitals",  # what each part last said of itself: a job of a process, WeChat's last fault
    metadata,
    Column("name", Text, primary_key=True),  # the vocabulary: bot/store/vitals.py
    Column("body", JSONB, nullable=False, server_default=text("'{}'")),  # never words of families
    _at("at", now=True),
)

subscriptions = Table(
    "subscriptions",  # parents who asked for the weekly digest
    metadata,
    Column("conversation_id", BigInteger, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    _at("since"),
    Column("sent_week", Date),  # the Monday of the last digest that went to them
)

digests = Table(
    "digests",  # what goes to who subscribed, one a week
    metadata,
    Column("week", Date, primary_key=True),  # its Monday
    Column("state", Text, nullable=False, server_default="draft"),  # the vocabulary: bot/store/digests.py
    Column("body", JSONB, nullable=False, server_default=text("'{}'")),  # opening words, entries, who wrote it
    Column("author", Text, nullable=False, server_default=""),
    Column("approved_by", Text, nullable=False, server_default=""),
    _at("due_at"),
    _at("sent_at", nullable=True),
    Column("sent", Integer, nullable=False, server_default=text("0")),  # to how many
    Column("skipped", Integer, nullable=False, server_default=text("0")),  # not to be written to this week
    Column("left", Integer, nullable=False, server_default=text("0")),  # said 退订 after it, before the next
    Column("saved", Integer, nullable=False, server_default=text("0")),  # rises with every step: late savers are told
    _at("at", now=True),
)

serving = Table(
    "serving",  # which index each process answers from, told by itself
    metadata,
    Column("process", Text, primary_key=True),
    Column("directory", Text, nullable=False),
    _at("at", now=True),
)

pool = Table(
    "pool",  # people who can be asked to speak or help: adults' personal data, for those who keep the list alone
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sort", Text, nullable=False),  # the vocabulary: bot/store/pool.py
    Column("topics", JSONB, nullable=False, server_default=text("'[]'")),  # of the taxonomy
    Column("stages", JSONB, nullable=False, server_default=text("'[]'")),  # none: all of them
    Column("times", JSONB, nullable=False, server_default=text("'[]'")),  # sat-morning; none: to be asked
    Column("contact", Text, nullable=False, server_default=""),  # shown on the person's own page, which leaves a trace
    Column("note", Text, nullable=False, server_default=""),
    Column("checked_on", Date),  # 资质审核
    Column("checked_by", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("saved", Integer, nullable=False, server_default=text("0")),  # rises with every saving: late savers are told
    Column("author", Text, nullable=False),
    _at("at", now=True),
    Index("ix_pool_region", "region"),
)

engagements = Table(
    "engagements",  # somebody of the pool is asked for a half day, and what came of it
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("pool_id", BigInteger, ForeignKey("pool.id", ondelete="CASCADE"), nullable=False),
    Column("region", Text, nullable=False),  # where it takes place: its figures are counted there
    Column("on_day", Date, nullable=False),
    Column("part", Text, nullable=False),  # morning, afternoon or evening
    Column("place", Text, nullable=False),
    Column("topic", Text, nullable=False),  # in the office's words
    Column("state", Text, nullable=False, server_default="asked"),  # asked, agreed, declined or done
    Column("people", Integer),  # who were there, once it is done
    Column("note", Text, nullable=False, server_default=""),
    Column("author", Text, nullable=False),
    _at("at", now=True),
    Index("ix_engagements_pool", "pool_id", "on_day"),
    Index("ix_engagements_on_day", "on_day"),
)

trainings = Table(
    "trainings",  # what staff and people of the pool were trained in
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("region", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("hours", Numeric(4, 1), nullable=False),
    Column("by_whom", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),  # of its material, https
    Column("note", Text, nullable=False, server_default=""),
    Column("saved", Integer, nullable=False, server_default=text("0")),  # rises with every saving: late savers are told
    Column("author", Text, nullable=False),
    _at("at", now=True),
    Index("ix_trainings_on_day", "on_day"),
)

trained = Table(
    "trained",  # who was there: a member of staff or somebody of the pool
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("training_id", BigInteger, ForeignKey("trainings.id", ondelete="CASCADE"), nullable=False),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), index=True),
    Column("pool_id", BigInteger, ForeignKey("pool.id", ondelete="CASCADE"), index=True),
    Column("author", Text, nullable=False),
    _at("at", now=True),
    CheckConstraint("(staff_id IS NULL) <> (pool_id IS NULL)", name="ck_trained_one"),
    UniqueConstraint("training_id", "staff_id"),
    UniqueConstraint("training_id", "pool_id"),
)

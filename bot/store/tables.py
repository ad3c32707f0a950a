"""The tables. Every table with many rows carries `conversation_id` in its key, so that it can be spread by it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
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
    Column("state", Text, nullable=False, server_default="sent"),  # sent, pending, failed or parked
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
    _at("created_at", now=True),
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
    Index("ix_cases_open", "opened_at", postgresql_where=text("state <> 'closed'")),
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
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),  # the token itself is only in the browser
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    _at("created_at", now=True),
    _at("expires_at"),
)

releases = Table(
    "releases",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("directory", Text, nullable=False, unique=True),
    _at("built_at", now=True),
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
    PrimaryKeyConstraint("conversation_id", "id"),
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

safety_edits = Table(
    "safety_edits",  # what admins changed of the packaged patterns and protocols; the last row of a key is in force
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sort", Text, nullable=False),  # pattern or card
    Column("key", Text, nullable=False),
    Column("body", Text),  # YAML; NULL: the packaged one again
    Column("author", Text, nullable=False),
    _at("at", now=True),
    Index("ix_safety_edits_key", "sort", "key", "id"),
)

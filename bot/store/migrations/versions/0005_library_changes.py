"""The library on its way: changes with versions and remarks, releases with their story, calls, exam, trials."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _json(name: str, default: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text(default), nullable=False)


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "changes",
        _id(),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("origin", sa.Text(), server_default="edit", nullable=False),
        sa.Column("release_number", sa.BigInteger(), nullable=True),
        _at("opened_at"),
        _at("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(
        "uq_changes_open",
        "changes",
        ["sort", "key"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'in-review', 'approved')"),
    )
    op.create_index("ix_changes_state", "changes", ["state", "updated_at"], unique=False)
    op.create_index("ix_changes_thing", "changes", ["sort", "key", "id"], unique=False)
    op.create_table(
        "versions",
        _id(),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        _at("at"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_versions_change_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_versions_author_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
    )
    op.create_index(op.f("ix_versions_change_id"), "versions", ["change_id"], unique=False)
    op.create_table(
        "remarks",
        _id(),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        _at("at"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_remarks_change_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_remarks_author_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_change_id"), "remarks", ["change_id"], unique=False)
    op.create_table(
        "verifications",
        _id(),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answered", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        _at("at"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_verifications_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index("ix_verifications_listing", "verifications", ["listing_id", "id"], unique=False)
    op.create_table(
        "exam_questions",
        _id(),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_questions")),
    )
    op.create_table(
        "trials",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _json("results", "'{}'"),
        sa.Column("author", sa.Text(), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
    )
    op.create_table(
        "uploads",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="reading", nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        _json("rows", "'[]'"),
        _json("report", "'{}'"),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        _at("at"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_uploads_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_table(
        "serving",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("directory", sa.Text(), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_serving")),
    )
    op.create_table(
        "turns",
        _id(),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        _json("entries", "'[]'"),
        _json("listings", "'[]'"),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), server_default="none", nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    op.create_index(op.f("ix_turns_conversation_id"), "turns", ["conversation_id"], unique=False)
    op.create_index("ix_turns_at", "turns", ["at"], unique=False)
    op.create_table(
        "reads",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "day", name=op.f("pk_reads")),
    )
    op.create_table(
        "reported",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("region", "month", "name", name=op.f("pk_reported")),
    )
    op.add_column("misses", sa.Column("handled", sa.Text(), nullable=True))
    op.add_column("misses", sa.Column("handled_by", sa.Text(), server_default="", nullable=False))
    op.add_column("misses", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_misses_at", "misses", ["at"], unique=False)
    op.alter_column("releases", "digest", nullable=True)
    op.alter_column("releases", "directory", nullable=True)
    op.alter_column("releases", "built_at", nullable=True, server_default=None)
    op.add_column("releases", sa.Column("state", sa.Text(), server_default="built", nullable=False))
    op.add_column("releases", sa.Column("author", sa.Text(), server_default="", nullable=False))
    op.add_column("releases", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("releases", sa.Column("base", sa.BigInteger(), nullable=True))
    op.add_column("releases", _json("changes", "'[]'"))
    op.add_column("releases", _json("report", "'{}'"))
    op.add_column("releases", sa.Column("progress", sa.Text(), server_default="", nullable=False))
    op.add_column("releases", _at("asked_at"))
    op.add_column("releases", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("releases", sa.Column("live_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_releases_waiting",
        "releases",
        ["number"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'building')"),
    )

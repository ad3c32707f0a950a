"""The account: edits of all that is packaged beside the library, the weekly digest, what each part says of itself."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("safety_edits", "edits")
    op.execute("ALTER TABLE edits RENAME CONSTRAINT pk_safety_edits TO pk_edits")
    op.execute("ALTER SEQUENCE safety_edits_id_seq RENAME TO edits_id_seq")
    op.execute("ALTER INDEX ix_safety_edits_key RENAME TO ix_edits_key")
    op.create_table(
        "vitals",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_vitals")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_week", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_subscriptions_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "digests",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("left", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("saved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_digests")),
    )
    op.add_column("outbox", sa.Column("about", sa.Text(), server_default="", nullable=False))
    op.add_column("misses", sa.Column("reason", sa.Text(), server_default="unsure", nullable=False))
    op.add_column("misses", sa.Column("level", sa.Text(), nullable=True))
    op.create_index("ix_turns_region", "turns", ["region"])


def downgrade() -> None:
    op.drop_index("ix_turns_region", table_name="turns")
    op.drop_column("misses", "level")
    op.drop_column("misses", "reason")
    op.drop_column("outbox", "about")
    op.drop_table("digests")
    op.drop_table("subscriptions")
    op.drop_table("vitals")
    op.execute("ALTER INDEX ix_edits_key RENAME TO ix_safety_edits_key")
    op.execute("ALTER SEQUENCE edits_id_seq RENAME TO safety_edits_id_seq")
    op.execute("ALTER TABLE edits RENAME CONSTRAINT pk_edits TO pk_safety_edits")
    op.rename_table("edits", "safety_edits")

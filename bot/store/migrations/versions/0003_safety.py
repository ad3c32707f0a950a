"""Alert rounds and acknowledgement of cases, detections with their marks, edits of patterns and protocols."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("alerts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    for name in ("alerted_at", "acknowledged_at", "answered_at"):
        op.add_column("cases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # Whoever had taken a case before this version had seen it.
    op.execute("UPDATE cases SET acknowledged_at = coalesce(claimed_at, closed_at)")
    op.create_table(
        "detections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("found", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("child_writing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("right_level", sa.Text(), nullable=True),
        sa.Column("right_kind", sa.Text(), nullable=True),
        sa.Column("marked_by", sa.BigInteger(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_detections_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["staff.id"], name=op.f("fk_detections_marked_by_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "id", name=op.f("pk_detections")),
    )
    op.create_index("ix_detections_at", "detections", ["at"])
    op.create_table(
        "safety_edits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_edits")),
    )
    op.create_index("ix_safety_edits_key", "safety_edits", ["sort", "key", "id"])


def downgrade() -> None:
    op.drop_table("safety_edits")
    op.drop_table("detections")
    for name in ("answered_at", "acknowledged_at", "alerted_at", "alerts"):
        op.drop_column("cases", name)

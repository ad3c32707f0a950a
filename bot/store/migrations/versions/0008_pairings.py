"""Pairings and home visits in families' files."""

from alembic import op
import sqlalchemy as sa

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    op.add_column("helpers", _words("role"))
    for name in ("since_day", "until_day", "ended_day"):
        op.add_column("helpers", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("helpers", _words("ended_why"))
    for name in ("way", "agreed", "told", "confirmed"):
        op.add_column("follow_ups", _words(name))
    op.add_column("follow_ups", sa.Column("helper_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_follow_ups_helper_id"), "follow_ups", "helpers", ["helper_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_follow_ups_helper_id"), "follow_ups", ["helper_id"], unique=False)
    op.add_column("follow_ups", sa.Column("dropped", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for name in ("told_at", "confirmed_at"):
        op.add_column("follow_ups", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_follow_ups_told",
        "follow_ups",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("told IN ('wanted', 'off') OR confirmed = 'wanted'"),
    )


def downgrade() -> None:
    op.drop_index("ix_follow_ups_told", table_name="follow_ups")
    for name in ("confirmed_at", "told_at", "dropped"):
        op.drop_column("follow_ups", name)
    op.drop_index(op.f("ix_follow_ups_helper_id"), table_name="follow_ups")
    op.drop_constraint(op.f("fk_follow_ups_helper_id"), "follow_ups", type_="foreignkey")
    for name in ("helper_id", "confirmed", "told", "agreed", "way"):
        op.drop_column("follow_ups", name)
    for name in ("ended_why", "ended_day", "until_day", "since_day", "role"):
        op.drop_column("helpers", name)

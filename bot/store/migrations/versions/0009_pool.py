"""Who can be asked to speak or help, when they were asked, and what they and the staff were trained in."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    listed = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "pool",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("topics", listed, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("stages", listed, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("times", listed, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("saved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
    )
    op.create_index("ix_pool_region", "pool", ["region"])
    op.create_table(
        "engagements",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_engagements_pool_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
    )
    op.create_index("ix_engagements_pool", "engagements", ["pool_id", "on_day"])
    op.create_index("ix_engagements_on_day", "engagements", ["on_day"])
    op.create_table(
        "trainings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(4, 1), nullable=False),
        sa.Column("by_whom", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("saved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.create_index("ix_trainings_on_day", "trainings", ["on_day"])
    op.create_table(
        "trained",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("training_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("pool_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(staff_id IS NULL) <> (pool_id IS NULL)", name="ck_trained_one"),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_trained_pool_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_trained_staff_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name=op.f("fk_trained_training_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trained")),
        sa.UniqueConstraint("training_id", "staff_id", name=op.f("uq_trained_training_id_staff_id")),
        sa.UniqueConstraint("training_id", "pool_id", name=op.f("uq_trained_training_id_pool_id")),
    )
    op.create_index("ix_trained_staff_id", "trained", ["staff_id"])
    op.create_index("ix_trained_pool_id", "trained", ["pool_id"])


def downgrade() -> None:
    op.drop_table("trained")
    op.drop_table("trainings")
    op.drop_table("engagements")
    op.drop_table("pool")

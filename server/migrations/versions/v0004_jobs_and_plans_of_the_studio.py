"""Jobs and plans of the studio."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables; nothing is in them yet."""
    op.create_table(
        "studio_job",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_job")),
    )
    op.create_index(op.f("ix_studio_job_hall"), "studio_job", ["hall"], unique=False)
    op.create_table(
        "studio_plan",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("ground", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_plan")),
    )
    op.create_index(op.f("ix_studio_plan_hall"), "studio_plan", ["hall"], unique=False)


def downgrade() -> None:
    """Forget jobs and plans."""
    op.drop_table("studio_plan")
    op.drop_table("studio_job")

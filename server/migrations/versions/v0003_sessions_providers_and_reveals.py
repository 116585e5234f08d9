"""When sessions were last used, which provider an account comes from, and who was shown whose contact data."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; sessions of before count as never used, accounts of before as local."""
    op.add_column("sessions", sa.Column("seen_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("accounts", sa.Column("subject", sa.String(400), nullable=False, server_default=""))
    op.create_index(op.f("ix_accounts_subject"), "accounts", ["subject"], unique=False)
    op.create_table(
        "reveals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("hall", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveals")),
    )
    op.create_index(op.f("ix_reveals_hall"), "reveals", ["hall"], unique=False)


def downgrade() -> None:
    """Forget them."""
    op.drop_index(op.f("ix_reveals_hall"), table_name="reveals")
    op.drop_table("reveals")
    op.drop_index(op.f("ix_accounts_subject"), table_name="accounts")
    op.drop_column("accounts", "subject")
    op.drop_column("sessions", "seen_ms")

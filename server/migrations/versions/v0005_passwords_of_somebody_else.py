"""Which passwords somebody else chose, and who changed which account."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table; passwords of before are their owners' own."""
    op.add_column("accounts", sa.Column("temporary", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "account_change",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("account_change")
    op.drop_column("accounts", "temporary")

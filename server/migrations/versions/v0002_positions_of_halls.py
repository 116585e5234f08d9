"""Positions of halls."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; halls have no position until somebody enters it."""
    op.add_column("hall", sa.Column("lat", sa.Float(), nullable=True))
    op.add_column("hall", sa.Column("lon", sa.Float(), nullable=True))


def downgrade() -> None:
    """Forget the positions."""
    op.drop_column("hall", "lon")
    op.drop_column("hall", "lat")

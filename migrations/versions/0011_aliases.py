"""aliases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.add_column('items', sa.Column('aliases', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    op.drop_column('items', 'aliases')

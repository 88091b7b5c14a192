"""pairing kinds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.add_column('pairings', sa.Column('kind', sa.String(length=16), server_default='screen', nullable=False))


def downgrade() -> None:
    op.drop_column('pairings', 'kind')

"""readers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.add_column('devices', sa.Column('reader', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('submissions', sa.Column('counter_opened', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('submissions', 'counter_opened')
    op.drop_column('devices', 'reader')

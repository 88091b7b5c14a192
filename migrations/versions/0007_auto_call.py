"""auto_call"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('counters', sa.Column('auto_call', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('counters', sa.Column('auto_call_pause_s', sa.Integer(), server_default='5', nullable=False))


def downgrade() -> None:
    op.drop_column('counters', 'auto_call_pause_s')
    op.drop_column('counters', 'auto_call')

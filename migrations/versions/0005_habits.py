"""habits"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('habits',
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('learnt', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('hall', 'day', name=op.f('pk_habits'))
    )


def downgrade() -> None:
    op.drop_table('habits')

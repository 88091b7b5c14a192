"""english_names"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

NAMED = ('halls', 'departments', 'lanes', 'counters', 'items')


def upgrade() -> None:
    for table in NAMED:
        op.add_column(table, sa.Column('name_en', sa.String(length=100), server_default='', nullable=False))
    op.add_column('halls', sa.Column('message_en', sa.Text(), server_default='', nullable=False))
    op.add_column('items', sa.Column('papers_en', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    op.drop_column('items', 'papers_en')
    op.drop_column('halls', 'message_en')
    for table in reversed(NAMED):
        op.drop_column(table, 'name_en')

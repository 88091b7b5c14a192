"""bookable halls"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


# Outside Alembic's batches: SQLite adds and drops such columns itself, while a batch would copy
# the table and drop the old one, to which other tables refer.
def upgrade() -> None:
    op.add_column('halls', sa.Column('booking', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('halls', sa.Column('location', sa.JSON(), nullable=True))
    op.add_column('counters', sa.Column('exceptions', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('counters', sa.Column('shares', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('items', sa.Column('bookable', sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column('items', 'bookable')
    op.drop_column('counters', 'shares')
    op.drop_column('counters', 'exceptions')
    op.drop_column('halls', 'location')
    op.drop_column('halls', 'booking')

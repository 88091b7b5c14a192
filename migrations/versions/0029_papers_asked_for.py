"""papers asked for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.add_column('box_uses', sa.Column('subject', sa.String(length=16), nullable=True))
    op.add_column('box_uses', sa.Column('subject_id', sa.String(length=32), nullable=True))
    op.create_index(op.f('ix_box_uses_subject_id'), 'box_uses', ['subject_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_box_uses_subject_id'), 'box_uses')
    op.drop_column('box_uses', 'subject_id')
    op.drop_column('box_uses', 'subject')

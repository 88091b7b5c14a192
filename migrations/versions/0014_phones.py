"""phones"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.add_column('citizens', sa.Column('phone_sealed', sa.LargeBinary(), nullable=True))
    op.add_column('citizens', sa.Column('language', sa.String(length=8), server_default='zh-CN', nullable=False))


def downgrade() -> None:
    op.drop_column('citizens', 'language')
    op.drop_column('citizens', 'phone_sealed')

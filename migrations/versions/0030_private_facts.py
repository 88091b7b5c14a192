"""private facts of notices"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('notices', sa.Column('private_sealed', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column('notices', 'private_sealed')

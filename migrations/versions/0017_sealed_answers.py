"""sealed answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


# Answers are kept for a day; nothing can seal those of the last one here. Columns outside Alembic's
# batches: see 0002.
def upgrade() -> None:
    op.execute('DELETE FROM idempotency_keys')
    op.drop_column('idempotency_keys', 'answer')
    op.add_column('idempotency_keys', sa.Column('answer_sealed', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.execute('DELETE FROM idempotency_keys')
    op.drop_column('idempotency_keys', 'answer_sealed')
    op.add_column('idempotency_keys', sa.Column('answer', sa.String(), nullable=True))

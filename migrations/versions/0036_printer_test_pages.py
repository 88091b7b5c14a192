"""test pages of printers, and since when a printer stands as it does"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('prints') as prints:
        prints.alter_column('ticket_id', existing_type=sa.String(length=32), nullable=True)
    op.add_column('printer_standings', sa.Column('since', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('printer_standings', 'since')
    op.execute('DELETE FROM prints WHERE ticket_id IS NULL')
    with op.batch_alter_table('prints') as prints:
        prints.alter_column('ticket_id', existing_type=sa.String(length=32), nullable=False)

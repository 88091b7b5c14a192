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
    sa.Column('outcomes', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('hall', 'day', name=op.f('pk_habits'))
    )
    op.create_table('foretold',
    sa.Column('ticket_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('p50_s', sa.Double(), nullable=False),
    sa.Column('p90_s', sa.Double(), nullable=False),
    sa.Column('simulated_p90_s', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_foretold_ticket_id_tickets')),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_foretold'))
    )


def downgrade() -> None:
    op.drop_table('foretold')
    op.drop_table('habits')

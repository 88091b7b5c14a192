"""followers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.add_column('tickets', sa.Column('near_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('tickets', sa.Column('follow_token', sa.String(length=32), nullable=True))
    followed = sa.text('follow_token IS NOT NULL')
    op.create_index('uq_tickets_follow_token', 'tickets', ['follow_token'], unique=True, postgresql_where=followed, sqlite_where=followed)
    op.create_table('followers',
    sa.Column('ticket_id', sa.String(length=32), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_followers_citizen_id_citizens')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_followers_ticket_id_tickets')),
    sa.PrimaryKeyConstraint('ticket_id', 'citizen_id', name=op.f('pk_followers'))
    )
    op.create_index('ix_followers_citizen_id', 'followers', ['citizen_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_followers_citizen_id', table_name='followers')
    op.drop_table('followers')
    op.drop_index('uq_tickets_follow_token', table_name='tickets')
    op.drop_column('tickets', 'follow_token')
    op.drop_column('tickets', 'near_at')

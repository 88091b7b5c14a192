"""plans, reminders, and the day from which the watch looks at a licence"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('renewal_plans',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('event', sa.String(length=16), nullable=False),
    sa.Column('definition', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('spread_to', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['kind'], ['licence_kinds.code'], name=op.f('fk_renewal_plans_kind_licence_kinds')),
    sa.PrimaryKeyConstraint('kind', 'event', name=op.f('pk_renewal_plans'))
    )
    op.create_table('reminders',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('licence_id', sa.String(length=32), nullable=False),
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('event', sa.String(length=16), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('step', sa.String(length=16), nullable=False),
    sa.Column('send_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('told', sa.String(length=8), nullable=False),
    sa.Column('notice_id', sa.String(length=32), nullable=True),
    sa.Column('renewal_id', sa.String(length=32), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['holder_id'], ['people.id'], name=op.f('fk_reminders_holder_id_people')),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_reminders_licence_id_licences')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    sa.UniqueConstraint('licence_id', 'event', 'last_day', 'step', 'holder_id', name=op.f('uq_reminders_licence_id_event_last_day_step_holder_id'))
    )
    op.create_index('ix_reminders_holder_id', 'reminders', ['holder_id'])
    op.create_index('ix_reminders_created_at', 'reminders', ['created_at'])
    pending = sa.text("state = 'pending'")
    op.create_index('ix_reminders_pending', 'reminders', ['licence_id'], postgresql_where=pending, sqlite_where=pending)
    op.create_table('reminder_stops',
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_reminder_stops_citizen_id_citizens')),
    sa.ForeignKeyConstraint(['holder_id'], ['people.id'], name=op.f('fk_reminder_stops_holder_id_people')),
    sa.PrimaryKeyConstraint('holder_id', 'kind', name=op.f('pk_reminder_stops'))
    )
    op.add_column('licences', sa.Column('watch_on', sa.Date(), nullable=True))
    watched = sa.text("watch_on IS NOT NULL")
    op.create_index('ix_licences_watch_on', 'licences', ['watch_on', 'id'], postgresql_where=watched, sqlite_where=watched)
    succeeds = sa.text("predecessor_id IS NOT NULL")
    op.create_index('ix_licences_predecessor_id', 'licences', ['predecessor_id'], postgresql_where=succeeds, sqlite_where=succeeds)


def downgrade() -> None:
    op.drop_index('ix_licences_predecessor_id', table_name='licences')
    op.drop_index('ix_licences_watch_on', table_name='licences')
    op.drop_column('licences', 'watch_on')
    op.drop_table('reminder_stops')
    op.drop_table('reminders')
    op.drop_table('renewal_plans')

"""bookings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notices',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('cause', name=op.f('uq_notices_cause'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_citizen_id_at', ['citizen_id', 'at'], unique=False)

    op.create_table('slots',
    sa.Column('id', sa.String(length=80), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slots'))
    )
    with op.batch_alter_table('slots', schema=None) as batch_op:
        batch_op.create_index('ix_slots_hall_day', ['hall', 'day'], unique=False)

    op.create_table('appointments',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot_id', sa.String(length=80), nullable=False),
    sa.Column('slot_starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('slot_ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lane', sa.String(length=3), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('citizen_id', sa.String(length=32), nullable=True),
    sa.Column('booked_by', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ticket_id', sa.String(length=32), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_appointments_person_id_people')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_appointments_ticket_id_tickets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments')),
    sa.UniqueConstraint('code', name=op.f('uq_appointments_code'))
    )
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.create_index('ix_appointments_hall_day', ['hall', 'day'], unique=False)
        batch_op.create_index('ix_appointments_citizen_id', ['citizen_id'], unique=False)
        batch_op.create_index('ix_appointments_person_id', ['person_id'], unique=False)
        batch_op.create_index('uq_appointments_one_a_day', ['hall', 'day', 'person_id'], unique=True, postgresql_where=sa.text("state IN ('booked', 'checked_in')"), sqlite_where=sa.text("state IN ('booked', 'checked_in')"))

    op.create_table('appointment_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('appointment_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_appointment_events_appointment_id_appointments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment_events'))
    )
    with op.batch_alter_table('appointment_events', schema=None) as batch_op:
        batch_op.create_index('ix_appointment_events_appointment_id', ['appointment_id'], unique=False)

    op.create_table('places',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot_id', sa.String(length=80), nullable=False),
    sa.Column('appointment_id', sa.String(length=32), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_places_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['slot_id'], ['slots.id'], name=op.f('fk_places_slot_id_slots')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_places'))
    )
    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.create_index('ix_places_appointment_id', ['appointment_id'], unique=False)
        batch_op.create_index('ix_places_held_until', ['held_until'], unique=False, postgresql_where=sa.text('held_until IS NOT NULL'), sqlite_where=sa.text('held_until IS NOT NULL'))
        batch_op.create_index('ix_places_slot_id', ['slot_id'], unique=False)

    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.add_column(sa.Column('item', sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.drop_column('item')

    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.drop_index('ix_places_slot_id')
        batch_op.drop_index('ix_places_held_until', postgresql_where=sa.text('held_until IS NOT NULL'), sqlite_where=sa.text('held_until IS NOT NULL'))
        batch_op.drop_index('ix_places_appointment_id')

    op.drop_table('places')
    with op.batch_alter_table('appointment_events', schema=None) as batch_op:
        batch_op.drop_index('ix_appointment_events_appointment_id')

    op.drop_table('appointment_events')
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.drop_index('uq_appointments_one_a_day', postgresql_where=sa.text("state IN ('booked', 'checked_in')"), sqlite_where=sa.text("state IN ('booked', 'checked_in')"))
        batch_op.drop_index('ix_appointments_person_id')
        batch_op.drop_index('ix_appointments_citizen_id')
        batch_op.drop_index('ix_appointments_hall_day')

    op.drop_table('appointments')
    with op.batch_alter_table('slots', schema=None) as batch_op:
        batch_op.drop_index('ix_slots_hall_day')

    op.drop_table('slots')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('ix_notices_citizen_id_at')

    op.drop_table('notices')
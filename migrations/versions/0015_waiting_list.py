"""waiting list"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


# The batch copies `places` on SQLite: no other table refers to it.
def upgrade() -> None:
    op.create_table('waiting_list',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('lane', sa.String(length=3), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('begins', sa.Time(), nullable=True),
    sa.Column('ends', sa.Time(), nullable=True),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('offer_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('slot_id', sa.String(length=80), nullable=True),
    sa.Column('slot_starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('slot_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appointment_id', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_waiting_list_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_waiting_list_citizen_id_citizens')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_waiting_list_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_list'))
    )
    live = sa.text("state IN ('waiting', 'offered')")
    with op.batch_alter_table('waiting_list', schema=None) as batch_op:
        batch_op.create_index('ix_waiting_list_citizen_id', ['citizen_id'], unique=False)
        batch_op.create_index('ix_waiting_list_person_id', ['person_id'], unique=False)
        batch_op.create_index('uq_waiting_list_one_a_day', ['hall', 'day', 'person_id'], unique=True, postgresql_where=live, sqlite_where=live)

    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.alter_column('appointment_id', existing_type=sa.String(length=32), nullable=True)
        batch_op.add_column(sa.Column('waiting_id', sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(op.f('fk_places_waiting_id_waiting_list'), 'waiting_list', ['waiting_id'], ['id'])
        batch_op.create_index('ix_places_waiting_id', ['waiting_id'], unique=False)


# What is held for somebody in line goes back: the version before knows no line.
def downgrade() -> None:
    op.execute(
        "UPDATE slots SET taken = taken - (SELECT sum(units) FROM places"
        " WHERE slot_id = slots.id AND waiting_id IS NOT NULL)"
        " WHERE id IN (SELECT slot_id FROM places WHERE waiting_id IS NOT NULL)"
    )
    op.execute("DELETE FROM places WHERE waiting_id IS NOT NULL")
    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.drop_index('ix_places_waiting_id')
        batch_op.drop_constraint(op.f('fk_places_waiting_id_waiting_list'), type_='foreignkey')
        batch_op.drop_column('waiting_id')
        batch_op.alter_column('appointment_id', existing_type=sa.String(length=32), nullable=False)

    live = sa.text("state IN ('waiting', 'offered')")
    with op.batch_alter_table('waiting_list', schema=None) as batch_op:
        batch_op.drop_index('uq_waiting_list_one_a_day', postgresql_where=live, sqlite_where=live)
        batch_op.drop_index('ix_waiting_list_person_id')
        batch_op.drop_index('ix_waiting_list_citizen_id')

    op.drop_table('waiting_list')

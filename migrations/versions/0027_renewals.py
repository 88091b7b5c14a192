"""renewals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for_a_person = sa.text('needs_person')
    to_ask_again = sa.text('ask_again_at IS NOT NULL')
    op.create_table('renewals',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('licence_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('holder_kind', sa.String(length=8), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='0', nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('ask_from', sa.Date(), nullable=False),
    sa.Column('ask_by', sa.Date(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('application_sha256', sa.String(length=64), nullable=True),
    sa.Column('judged', sa.String(length=12), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.String(length=32), nullable=True),
    sa.Column('ground', sa.String(length=12), nullable=True),
    sa.Column('consent', sa.JSON(), nullable=True),
    sa.Column('way', sa.String(length=12), nullable=True),
    sa.Column('handing_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('needs_person', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('person_why', sa.String(length=12), nullable=True),
    sa.Column('ask_again_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_times', sa.Integer(), server_default='0', nullable=False),
    sa.Column('asked_for_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=64), nullable=True),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('contest_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contest_answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('term_begins', sa.Date(), nullable=True),
    sa.Column('term_ends', sa.Date(), nullable=True),
    sa.Column('new_licence_id', sa.String(length=32), nullable=True),
    sa.Column('delivery_id', sa.String(length=32), nullable=True),
    sa.Column('fields_typed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('files_uploaded', sa.Integer(), server_default='0', nullable=False),
    sa.Column('trips', sa.Integer(), server_default='0', nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['holder_id'], ['people.id'], name=op.f('fk_renewals_holder_id_people')),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_renewals_licence_id_licences')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewals')),
    sa.UniqueConstraint('code', name=op.f('uq_renewals_code')),
    sa.UniqueConstraint('licence_id', 'valid_until', 'holder_id', name=op.f('uq_renewals_licence_id_valid_until_holder_id'))
    )
    op.create_index(op.f('ix_renewals_holder_id'), 'renewals', ['holder_id'], unique=False)
    op.create_index('ix_renewals_state_valid_until', 'renewals', ['state', 'valid_until'], unique=False)
    op.create_index('ix_renewals_hall_found_at', 'renewals', ['hall', 'found_at'], unique=False)
    op.create_index('ix_renewals_needs_person', 'renewals', ['hall', 'valid_until'], unique=False, postgresql_where=for_a_person, sqlite_where=for_a_person)
    op.create_index('ix_renewals_ask_again_at', 'renewals', ['ask_again_at'], unique=False, postgresql_where=to_ask_again, sqlite_where=to_ask_again)
    op.create_table('renewal_checks',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('renewal_id', sa.String(length=32), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('answer', sa.String(length=8), nullable=False),
    sa.Column('told_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['renewal_id'], ['renewals.id'], name=op.f('fk_renewal_checks_renewal_id_renewals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewal_checks')),
    sa.UniqueConstraint('renewal_id', 'round', 'name', name=op.f('uq_renewal_checks_renewal_id_round_name'))
    )
    op.create_table('renewal_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('renewal_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('what', sa.String(length=32), nullable=False),
    sa.Column('note', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['renewal_id'], ['renewals.id'], name=op.f('fk_renewal_events_renewal_id_renewals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewal_events'))
    )
    op.create_index(op.f('ix_renewal_events_renewal_id'), 'renewal_events', ['renewal_id'], unique=False)


def downgrade() -> None:
    op.drop_table('renewal_events')
    op.drop_table('renewal_checks')
    op.drop_table('renewals')

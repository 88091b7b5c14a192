"""deliveries"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.create_table('cabinets',
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=60), server_default='', nullable=False),
    sa.Column('place', sa.String(length=100), nullable=False),
    sa.Column('place_en', sa.String(length=100), server_default='', nullable=False),
    sa.Column('boxes', sa.JSON(), nullable=False),
    sa.Column('device_id', sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_cabinets')),
    sa.UniqueConstraint('device_id', name=op.f('uq_cabinets_device_id'))
    )
    op.create_index(op.f('ix_cabinets_hall'), 'cabinets', ['hall'], unique=False)
    op.create_table('cabinet_tries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cabinet', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cabinet'], ['cabinets.code'], name=op.f('fk_cabinet_tries_cabinet_cabinets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cabinet_tries'))
    )
    op.create_index(op.f('ix_cabinet_tries_cabinet'), 'cabinet_tries', ['cabinet'], unique=False)
    op.create_table('deliveries',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=16), nullable=False),
    sa.Column('subject_id', sa.String(length=32), nullable=False),
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=True),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('way', sa.String(length=12), nullable=False),
    sa.Column('chosen', sa.String(length=12), nullable=False),
    sa.Column('cabinet', sa.String(length=32), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('courier', sa.String(length=40), nullable=True),
    sa.Column('waybill', sa.String(length=40), nullable=True),
    sa.Column('work_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ticket_id', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['holder_id'], ['people.id'], name=op.f('fk_deliveries_holder_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('subject', 'subject_id', name=op.f('uq_deliveries_subject_subject_id'))
    )
    op.create_index('ix_deliveries_citizen_id', 'deliveries', ['citizen_id'], unique=False)
    op.create_index('ix_deliveries_hall_state', 'deliveries', ['hall', 'state'], unique=False)
    op.create_index('ix_deliveries_holder_id_state', 'deliveries', ['holder_id', 'state'], unique=False)
    op.create_index('ix_deliveries_work_at', 'deliveries', ['work_at'], unique=False, postgresql_where=sa.text('work_at IS NOT NULL'), sqlite_where=sa.text('work_at IS NOT NULL'))
    op.create_table('box_uses',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('purpose', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('cabinet', sa.String(length=32), nullable=True),
    sa.Column('box', sa.String(length=8), nullable=True),
    sa.Column('delivery_id', sa.String(length=32), nullable=True),
    sa.Column('citizen_id', sa.String(length=32), nullable=True),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('code_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('code_index', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['cabinet'], ['cabinets.code'], name=op.f('fk_box_uses_cabinet_cabinets')),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_box_uses_delivery_id_deliveries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_box_uses'))
    )
    op.create_index(op.f('ix_box_uses_citizen_id'), 'box_uses', ['citizen_id'], unique=False)
    op.create_index('ix_box_uses_live_expires_at', 'box_uses', ['expires_at'], unique=False, postgresql_where=sa.text("state IN ('invited', 'filling', 'in', 'emptying')"), sqlite_where=sa.text("state IN ('invited', 'filling', 'in', 'emptying')"))
    op.create_index('uq_box_uses_box', 'box_uses', ['cabinet', 'box'], unique=True, postgresql_where=sa.text("state IN ('filling', 'in', 'emptying')"), sqlite_where=sa.text("state IN ('filling', 'in', 'emptying')"))
    op.create_index('uq_box_uses_code', 'box_uses', ['hall', 'code_index'], unique=True, postgresql_where=sa.text("state IN ('invited', 'filling', 'in', 'emptying')"), sqlite_where=sa.text("state IN ('invited', 'filling', 'in', 'emptying')"))
    op.create_index('uq_box_uses_delivery', 'box_uses', ['delivery_id'], unique=True, postgresql_where=sa.text("state IN ('invited', 'filling', 'in', 'emptying')"), sqlite_where=sa.text("state IN ('invited', 'filling', 'in', 'emptying')"))
    op.create_table('courier_attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('delivery_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=True),
    sa.Column('errcode', sa.String(length=64), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_courier_attempts_delivery_id_deliveries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courier_attempts'))
    )
    op.create_index(op.f('ix_courier_attempts_delivery_id'), 'courier_attempts', ['delivery_id'], unique=False)
    op.create_table('delivery_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('delivery_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.String(length=16), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('told_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_delivery_events_delivery_id_deliveries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_events')),
    sa.UniqueConstraint('key', name=op.f('uq_delivery_events_key'))
    )
    op.create_index('ix_delivery_events_delivery_id_at', 'delivery_events', ['delivery_id', 'at'], unique=False)
    op.add_column('items', sa.Column('collects', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('items', 'collects')
    op.drop_table('delivery_events')
    op.drop_table('courier_attempts')
    op.drop_table('box_uses')
    op.drop_table('deliveries')
    op.drop_table('cabinet_tries')
    op.drop_table('cabinets')

"""printers of machines, and what they are to print"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
UNDER_WAY = sa.text('under_way_since IS NOT NULL')


def upgrade() -> None:
    op.add_column('devices', sa.Column('printer', sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        'prints',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('hall', sa.String(length=32), nullable=False),
        sa.Column('device_id', sa.String(length=32), nullable=False),
        sa.Column('ticket_id', sa.String(length=32), nullable=False),
        sa.Column('with_code', sa.Boolean(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('not_after', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.String(length=8), server_default='pending', nullable=False),
        sa.Column('standing', sa.String(length=12), nullable=True),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('under_way_since', sa.DateTime(timezone=True), nullable=True),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_prints_device_id_devices')),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_prints_ticket_id_tickets')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_prints')),
    )
    op.create_index(op.f('ix_prints_ticket_id'), 'prints', ['ticket_id'])
    op.create_index(op.f('ix_prints_at'), 'prints', ['at'])
    op.create_index('ix_prints_due_at', 'prints', ['due_at'], postgresql_where=PENDING, sqlite_where=PENDING)
    op.create_index(
        'ux_prints_device_id_under_way',
        'prints',
        ['device_id'],
        unique=True,
        postgresql_where=UNDER_WAY,
        sqlite_where=UNDER_WAY,
    )
    op.create_table(
        'printer_standings',
        sa.Column('device_id', sa.String(length=32), nullable=False),
        sa.Column('standing', sa.String(length=12), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['device_id'], ['devices.id'], name=op.f('fk_printer_standings_device_id_devices')
        ),
        sa.PrimaryKeyConstraint('device_id', name=op.f('pk_printer_standings')),
    )


def downgrade() -> None:
    op.drop_table('printer_standings')
    op.drop_table('prints')
    op.drop_column('devices', 'printer')

"""devices"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002.
def upgrade() -> None:
    op.create_table('audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('deed', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_hall_at', 'audit', ['hall', 'at'])
    op.create_table('pairings',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('code_index', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_pairings')),
    sa.UniqueConstraint('code_index', name=op.f('uq_pairings_code_index'))
    )
    op.create_index(op.f('ix_pairings_expires_at'), 'pairings', ['expires_at'])
    op.create_table('pairing_tries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_pairing_tries_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pairing_tries'))
    )
    op.create_index(op.f('ix_pairing_tries_staff_id'), 'pairing_tries', ['staff_id'])
    op.add_column('devices', sa.Column('counter', sa.String(length=16), nullable=True))
    op.add_column('devices', sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('halls', sa.Column('file', sa.Text(), nullable=True))
    op.add_column('staff', sa.Column('name', sa.String(length=60), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('staff', 'name')
    op.drop_column('halls', 'file')
    op.drop_column('devices', 'last_seen_at')
    op.drop_column('devices', 'counter')
    op.drop_table('pairing_tries')
    op.drop_table('pairings')
    op.drop_table('audit')

"""second factor, passwords and sessions of staff"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002. All may be missing from a row, so that the version
# before this one goes on working while a hall is upgraded.
def upgrade() -> None:
    op.add_column('staff', sa.Column('password_set_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff', sa.Column('must_change', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('staff', sa.Column('totp_sealed', sa.LargeBinary(), nullable=True))
    op.add_column('staff', sa.Column('totp_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff', sa.Column('totp_step', sa.Integer(), nullable=True))
    op.add_column('staff_sessions', sa.Column('active_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff_sessions', sa.Column('address', sa.String(length=64), server_default='', nullable=False))
    op.add_column('staff_sessions', sa.Column('device', sa.String(length=64), server_default='', nullable=False))
    op.create_table('former_passwords',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.String(length=32), nullable=False),
    sa.Column('password_hash', sa.String(length=128), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_former_passwords_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_passwords'))
    )
    op.create_index(op.f('ix_former_passwords_staff_id'), 'former_passwords', ['staff_id'], unique=False)
    op.create_table('recovery_codes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.String(length=32), nullable=False),
    sa.Column('code_index', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_codes_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
    sa.UniqueConstraint('code_index', name=op.f('uq_recovery_codes_code_index'))
    )
    op.create_index(op.f('ix_recovery_codes_staff_id'), 'recovery_codes', ['staff_id'], unique=False)
    op.create_table('sign_in_tries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name_index', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.String(length=32), nullable=True),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sign_in_tries_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_tries'))
    )
    op.create_index(op.f('ix_sign_in_tries_at'), 'sign_in_tries', ['at'], unique=False)
    op.create_index(op.f('ix_sign_in_tries_name_index'), 'sign_in_tries', ['name_index'], unique=False)
    op.create_index(op.f('ix_sign_in_tries_place'), 'sign_in_tries', ['place'], unique=False)


def downgrade() -> None:
    op.drop_table('sign_in_tries')
    op.drop_table('recovery_codes')
    op.drop_table('former_passwords')
    op.drop_column('staff_sessions', 'device')
    op.drop_column('staff_sessions', 'address')
    op.drop_column('staff_sessions', 'active_at')
    op.drop_column('staff', 'totp_step')
    op.drop_column('staff', 'totp_since')
    op.drop_column('staff', 'totp_sealed')
    op.drop_column('staff', 'must_change')
    op.drop_column('staff', 'password_set_at')

"""keys of other systems"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

DEVICES = sa.table(
    'devices',
    sa.column('id'),
    sa.column('token_hash'),
    sa.column('kind'),
    sa.column('hall'),
    sa.column('name'),
    sa.column('created_at', sa.DateTime(timezone=True)),
    sa.column('last_seen_at', sa.DateTime(timezone=True)),
    sa.column('revoked_at', sa.DateTime(timezone=True)),
)
KEYS = sa.table(
    'api_keys',
    sa.column('id'),
    sa.column('system'),
    sa.column('hall'),
    sa.column('name'),
    sa.column('prefix'),
    sa.column('key_hash'),
    sa.column('scopes', sa.JSON()),
    sa.column('created_at', sa.DateTime(timezone=True)),
    sa.column('last_used_at', sa.DateTime(timezone=True)),
    sa.column('revoked_at', sa.DateTime(timezone=True)),
)
COULD = ['licences:import', 'licences:progress']
"""What the token of another system could be used for."""


def upgrade() -> None:
    op.create_table('api_keys',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('system', sa.String(length=32), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('prefix', sa.String(length=16), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_api_keys_key_hash'))
    )
    op.create_index(op.f('ix_api_keys_system'), 'api_keys', ['system'], unique=False)
    systems = op.get_bind().execute(sa.select(DEVICES).where(DEVICES.c.kind == 'system')).all()
    op.bulk_insert(KEYS, [
        {
            'id': row.id,
            'system': row.id,
            'hall': row.hall,
            'name': row.name,
            'prefix': '',
            'key_hash': row.token_hash,
            'scopes': COULD,
            'created_at': row.created_at,
            'last_used_at': row.last_seen_at,
            'revoked_at': row.revoked_at,
        }
        for row in systems
    ])
    # the old rows stay: a web of the version before still knows its systems by them


def downgrade() -> None:
    # as tokens that do all; those that end by themselves would not any more, and are left behind
    forever = sa.text('expires_at IS NULL')
    keys = op.get_bind().execute(sa.select(KEYS).where(forever)).all()
    before = set(op.get_bind().execute(sa.select(DEVICES.c.id)).scalars())
    for row in keys:
        if row.revoked_at is not None:
            ended = sa.update(DEVICES).where(DEVICES.c.id == row.id)
            op.execute(ended.values(revoked_at=row.revoked_at))
    op.bulk_insert(DEVICES, [
        {
            'id': row.id,
            'token_hash': row.key_hash,
            'kind': 'system',
            'hall': row.hall,
            'name': row.name,
            'created_at': row.created_at,
            'last_seen_at': row.last_used_at,
            'revoked_at': row.revoked_at,
        }
        for row in keys
        if row.id not in before
    ])
    op.drop_table('api_keys')

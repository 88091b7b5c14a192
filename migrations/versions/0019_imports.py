"""imports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('licence_imports',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=True),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('format', sa.String(length=8), nullable=False),
    sa.Column('encoding', sa.String(length=16), nullable=True),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('failure', sa.String(length=500), nullable=True),
    sa.Column('size', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('position', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('number', sa.Integer(), server_default='0', nullable=False),
    sa.Column('read', sa.Integer(), server_default='0', nullable=False),
    sa.Column('new', sa.Integer(), server_default='0', nullable=False),
    sa.Column('updated', sa.Integer(), server_default='0', nullable=False),
    sa.Column('same', sa.Integer(), server_default='0', nullable=False),
    sa.Column('older', sa.Integer(), server_default='0', nullable=False),
    sa.Column('wrong', sa.Integer(), server_default='0', nullable=False),
    sa.Column('unknown', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('run', sa.String(length=32), nullable=True),
    sa.Column('run_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_imports'))
    )
    op.create_index('ix_licence_imports_actor_created_at', 'licence_imports', ['actor', 'created_at'], unique=False)
    op.create_index('ix_licence_imports_created_at', 'licence_imports', ['created_at'], unique=False)
    op.create_index('ix_licence_imports_hall_created_at', 'licence_imports', ['hall', 'created_at'], unique=False)
    op.create_index('ix_licence_imports_open', 'licence_imports', ['touched_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'running')"), sqlite_where=sa.text("state IN ('queued', 'running')"))
    op.create_table('licence_import_faults',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('import_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('field', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['licence_imports.id'], name=op.f('fk_licence_import_faults_import_id_licence_imports')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_import_faults'))
    )
    op.create_index('ix_licence_import_faults_import_id_id', 'licence_import_faults', ['import_id', 'id'], unique=False)
    op.create_table('licence_import_kinds',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('import_id', sa.String(length=32), nullable=False),
    sa.Column('read', sa.Integer(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('incomplete', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['licence_imports.id'], name=op.f('fk_licence_import_kinds_import_id_licence_imports')),
    sa.PrimaryKeyConstraint('kind', 'import_id', name=op.f('pk_licence_import_kinds'))
    )
    op.create_index('ix_licence_import_kinds_kind_at', 'licence_import_kinds', ['kind', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('licence_import_kinds')
    op.drop_table('licence_import_faults')
    op.drop_table('licence_imports')

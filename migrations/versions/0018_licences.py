"""licences"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('licence_kinds',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('definition', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_licence_kinds'))
    )
    op.create_table('licences',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('representative_id', sa.String(length=32), nullable=True),
    sa.Column('identifier_index', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('version', sa.String(length=3), nullable=False),
    sa.Column('predecessor_id', sa.String(length=32), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('issuer', sa.String(length=18), nullable=False),
    sa.Column('place', sa.String(length=6), nullable=True),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['holder_id'], ['people.id'], name=op.f('fk_licences_holder_id_people')),
    sa.ForeignKeyConstraint(['kind'], ['licence_kinds.code'], name=op.f('fk_licences_kind_licence_kinds')),
    sa.ForeignKeyConstraint(['representative_id'], ['people.id'], name=op.f('fk_licences_representative_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licences')),
    sa.UniqueConstraint('identifier_index', name=op.f('uq_licences_identifier_index'))
    )
    op.create_index('ix_licences_holder_id_kind', 'licences', ['holder_id', 'kind'], unique=False)
    op.create_index(op.f('ix_licences_representative_id'), 'licences', ['representative_id'], unique=False)
    op.create_table('licence_shares',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('licence_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=True),
    sa.Column('purpose', sa.JSON(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('ticket_id', sa.String(length=32), nullable=True),
    sa.Column('submission_id', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_licence_shares_licence_id_licences')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_shares'))
    )
    op.create_index('ix_licence_shares_hall_at', 'licence_shares', ['hall', 'at'], unique=False)
    op.create_index('ix_licence_shares_licence_id_at', 'licence_shares', ['licence_id', 'at'], unique=False)
    op.create_table('licence_shows',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('licence_id', sa.String(length=32), nullable=False),
    sa.Column('code_index', sa.String(length=64), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_licence_shows_licence_id_licences')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_shows')),
    sa.UniqueConstraint('code_index', name=op.f('uq_licence_shows_code_index'))
    )
    op.create_index(op.f('ix_licence_shows_expires_at'), 'licence_shows', ['expires_at'], unique=False)
    op.create_table('authorisations',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('holder_id', sa.String(length=32), nullable=False),
    sa.Column('agent_id', sa.String(length=32), nullable=False),
    sa.Column('holder_name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('agent_name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=64), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['people.id'], name=op.f('fk_authorisations_agent_id_people')),
    sa.ForeignKeyConstraint(['holder_id'], ['people.id'], name=op.f('fk_authorisations_holder_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorisations'))
    )
    op.create_index(op.f('ix_authorisations_agent_id'), 'authorisations', ['agent_id'], unique=False)
    op.create_index(op.f('ix_authorisations_holder_id'), 'authorisations', ['holder_id'], unique=False)


def downgrade() -> None:
    op.drop_table('authorisations')
    op.drop_table('licence_shows')
    op.drop_table('licence_shares')
    op.drop_table('licences')
    op.drop_table('licence_kinds')

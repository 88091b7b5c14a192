"""phones"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A firm is a person too: what was an identity number is now a number of either kind.
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('kind', sa.String(length=8), nullable=False, server_default='person')
        )
        batch_op.drop_constraint(batch_op.f('uq_people_id_number_index'), type_='unique')
        batch_op.alter_column(
            'id_number_sealed', new_column_name='number_sealed', existing_type=sa.LargeBinary()
        )
        batch_op.alter_column(
            'id_number_index', new_column_name='number_index', existing_type=sa.String(length=64)
        )
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.alter_column('kind', server_default=None, existing_type=sa.String(length=8))
        batch_op.create_unique_constraint(batch_op.f('uq_people_number_index'), ['number_index'])

    op.create_table('citizens',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('openid_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('openid_index', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=True),
    sa.Column('identity_level', sa.String(length=12), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_citizens_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_citizens')),
    sa.UniqueConstraint('openid_index', name=op.f('uq_citizens_openid_index'))
    )
    with op.batch_alter_table('citizens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_citizens_person_id'), ['person_id'], unique=False)

    op.create_table('citizen_sessions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_citizen_sessions_citizen_id_citizens')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_citizen_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_citizen_sessions_token_hash'))
    )
    with op.batch_alter_table('citizen_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_citizen_sessions_citizen_id'), ['citizen_id'], unique=False)

    op.create_table('acts_for',
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('relation', sa.String(length=8), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_acts_for_citizen_id_citizens')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_acts_for_person_id_people')),
    sa.PrimaryKeyConstraint('citizen_id', 'person_id', name=op.f('pk_acts_for'))
    )
    with op.batch_alter_table('acts_for', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acts_for_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('citizen_id', sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f('ix_tickets_citizen_id'), ['citizen_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tickets_citizen_id'))
        batch_op.drop_column('citizen_id')

    with op.batch_alter_table('acts_for', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_acts_for_person_id'))

    op.drop_table('acts_for')
    with op.batch_alter_table('citizen_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_citizen_sessions_citizen_id'))

    op.drop_table('citizen_sessions')
    with op.batch_alter_table('citizens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_citizens_person_id'))

    op.drop_table('citizens')
    op.execute("DELETE FROM people WHERE kind = 'firm'")
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_people_number_index'), type_='unique')
        batch_op.alter_column(
            'number_sealed', new_column_name='id_number_sealed', existing_type=sa.LargeBinary()
        )
        batch_op.alter_column(
            'number_index', new_column_name='id_number_index', existing_type=sa.String(length=64)
        )
        batch_op.drop_column('kind')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f('uq_people_id_number_index'), ['id_number_index']
        )

"""what was erased, and why"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

EMPTIED = (
    ('citizens', 'openid_sealed', sa.LargeBinary()),
    ('citizens', 'openid_index', sa.String(length=64)),
    ('appointments', 'person_id', sa.String(length=32)),
    ('deliveries', 'content_sealed', sa.LargeBinary()),
)


def upgrade() -> None:
    for table, column, kind in EMPTIED:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=kind, nullable=True)
    op.create_table(
        'erasures',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor', sa.String(length=64), nullable=False),
        sa.Column('citizen_id', sa.String(length=32), nullable=True),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erasures')),
    )
    op.create_index(op.f('ix_erasures_citizen_id'), 'erasures', ['citizen_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_erasures_citizen_id'), table_name='erasures')
    op.drop_table('erasures')
    # its columns stay nullable: nothing could stand in the place of what was erased

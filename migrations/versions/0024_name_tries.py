"""name tries"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('name_tries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('actor', sa.String(length=48), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_name_tries'))
    )
    op.create_index(op.f('ix_name_tries_actor'), 'name_tries', ['actor'])
    # a service agreed to their names and numbers, and nobody asked it about their phones
    op.execute("UPDATE citizens SET identity_level = 'agreed' WHERE identity_level = 'verified'")


def downgrade() -> None:
    op.drop_table('name_tries')

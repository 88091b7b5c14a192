"""notices without an account"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

REFERENCE = 'fk_notice_attempts_notice_id_notices'


def upgrade() -> None:
    op.add_column('notices', sa.Column('phone_sealed', sa.LargeBinary(), nullable=True))
    op.add_column('notices', sa.Column('office_hours', sa.JSON(), nullable=True))
    op.add_column('notices', sa.Column('ways', sa.JSON(), nullable=True))
    _need_account(False)


def downgrade() -> None:
    nobody = 'SELECT id FROM notices WHERE citizen_id IS NULL'
    op.execute(f'DELETE FROM notice_attempts WHERE notice_id IN ({nobody})')
    op.execute('DELETE FROM notices WHERE citizen_id IS NULL')
    _need_account(True)
    for column in ('ways', 'office_hours', 'phone_sealed'):
        op.drop_column('notices', column)


def _need_account(needed: bool) -> None:
    with _unreferenced(), op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.alter_column('citizen_id', existing_type=sa.String(length=32), nullable=not needed)


@contextmanager
def _unreferenced() -> Iterator[None]:
    """SQLite changes a column by copying its table and dropping the old one, which it refuses as
    long as attempts refer to it."""
    if op.get_bind().dialect.name != 'sqlite':
        yield
        return
    with op.batch_alter_table('notice_attempts', schema=None) as batch_op:
        batch_op.drop_constraint(REFERENCE, type_='foreignkey')
    yield
    with op.batch_alter_table('notice_attempts', schema=None) as batch_op:
        batch_op.create_foreign_key(REFERENCE, 'notices', ['notice_id'], ['id'])

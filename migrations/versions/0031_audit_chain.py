"""every act and every look, chained by hash

Rows and blocks stand as they were written: the database itself refuses to change them, and to delete
what the law wants kept for six months (网络安全法). Whoever makes `audit` anew in a later
migration, as SQLite must to change a column, makes its triggers anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

TIMES = {'audit': 'at', 'audit_blocks': 'sealed_at'}


def upgrade() -> None:
    with op.batch_alter_table('audit') as audit:
        audit.alter_column(
            'deed', existing_type=sa.String(32), type_=sa.String(64), existing_nullable=False
        )
        audit.add_column(sa.Column('role', sa.String(16), server_default='', nullable=False))
        audit.add_column(sa.Column('route', sa.String(200), server_default='', nullable=False))
        audit.add_column(sa.Column('shows', sa.String(16), nullable=True))
        audit.add_column(sa.Column('reason', sa.String(200), server_default='', nullable=False))
        audit.add_column(sa.Column('address', sa.String(64), server_default='', nullable=False))
        audit.add_column(sa.Column('status', sa.Integer(), server_default='200', nullable=False))
        audit.add_column(sa.Column('error', sa.String(64), server_default='', nullable=False))
        audit.add_column(sa.Column('request_id', sa.String(64), server_default='', nullable=False))
    op.create_index('ix_audit_hall_deed', 'audit', ['hall', 'deed'])
    op.create_index('ix_audit_hall_subject', 'audit', ['hall', 'subject'])
    op.create_table(
        'audit_blocks',
        sa.Column('n', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ids', sa.Text(), nullable=False),
        sa.Column('up_to', sa.BigInteger(), nullable=False),
        sa.Column('before_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('hash_before', sa.String(64), nullable=False),
        sa.Column('hash', sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint('n', name='pk_audit_blocks'),
    )
    postgresql = op.get_bind().dialect.name == 'postgresql'
    if postgresql:
        op.execute(
            'CREATE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS'
            " $$ BEGIN RAISE EXCEPTION 'what is audited stands as it was written'; END $$"
        )
    for table, time in TIMES.items():
        for trigger in _postgresql(table, time) if postgresql else _sqlite(table, time):
            op.execute(trigger)


def _postgresql(table: str, time: str) -> list[str]:
    stands = 'EXECUTE FUNCTION audit_stands()'
    kept = f"WHEN (OLD.{time} > now() - interval '6 months')"
    return [
        f'CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW {stands}',
        f'CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW {kept} {stands}',
        f'CREATE TRIGGER {table}_empty BEFORE TRUNCATE ON {table} {stands}',
    ]


def _sqlite(table: str, time: str) -> list[str]:
    stands = "BEGIN SELECT RAISE(ABORT, 'what is audited stands as it was written'); END"
    kept = f"WHEN OLD.{time} > datetime('now', '-6 months')"
    return [
        f'CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {stands}',
        f'CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {kept} {stands}',
    ]


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == 'postgresql'
    op.drop_table('audit_blocks')
    names = ('update', 'delete', 'empty') if postgresql else ('update', 'delete')
    for name in names:
        op.execute(f'DROP TRIGGER audit_{name}' + (' ON audit' if postgresql else ''))
    if postgresql:
        op.execute('DROP FUNCTION audit_stands()')
    op.drop_index('ix_audit_hall_subject', 'audit')
    op.drop_index('ix_audit_hall_deed', 'audit')
    op.execute('UPDATE audit SET deed = substr(deed, 1, 32)')
    with op.batch_alter_table('audit') as audit:
        for name in (
            'request_id', 'error', 'status', 'address', 'reason', 'shows', 'route', 'role'
        ):
            audit.drop_column(name)
        audit.alter_column(
            'deed', existing_type=sa.String(64), type_=sa.String(32), existing_nullable=False
        )

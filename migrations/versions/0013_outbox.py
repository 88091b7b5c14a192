"""outbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


# Columns outside Alembic's batches: see 0002. What was told before there was an outbox was told in
# the app.
def upgrade() -> None:
    op.add_column('notices', sa.Column('said', sa.JSON(), nullable=True))
    op.add_column('notices', sa.Column('hall', sa.String(length=32), nullable=True))
    op.add_column('notices', sa.Column('facts', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('notices', sa.Column('link', sa.JSON(), nullable=True))
    op.add_column('notices', sa.Column('not_after', sa.DateTime(timezone=True), nullable=True))
    op.add_column('notices', sa.Column('state', sa.String(length=12), server_default='in_app', nullable=False))
    op.add_column('notices', sa.Column('can_wait', sa.Boolean(), server_default=sa.text('true'), nullable=False))
    op.add_column('notices', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('notices', sa.Column('done_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('notices', sa.Column('read_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE notices SET kind = 'changed' WHERE kind = 'moved'")
    pending = sa.text("state = 'pending'")
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_next_due', ['can_wait', 'due_at', 'at'], unique=False, postgresql_where=pending, sqlite_where=pending)
        batch_op.create_index('ix_notices_pending_cause', ['cause'], unique=False, postgresql_where=pending, sqlite_where=pending, postgresql_ops={'cause': 'varchar_pattern_ops'})
        batch_op.create_index('ix_notices_state_at', ['state', 'at'], unique=False)

    op.create_table('notice_attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notice_id', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('template', sa.String(length=64), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=True),
    sa.Column('errcode', sa.String(length=64), nullable=True),
    sa.Column('reference', sa.String(length=64), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_notice_attempts_notice_id_notices')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_attempts'))
    )
    with op.batch_alter_table('notice_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_attempts_notice_id'), ['notice_id'], unique=False)

    op.create_table('notice_grants',
    sa.Column('citizen_id', sa.String(length=32), nullable=False),
    sa.Column('template', sa.String(length=64), nullable=False),
    sa.Column('left', sa.Integer(), server_default='0', nullable=False),
    sa.Column('long_term', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('answer', sa.String(length=20), server_default='', nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['citizen_id'], ['citizens.id'], name=op.f('fk_notice_grants_citizen_id_citizens')),
    sa.PrimaryKeyConstraint('citizen_id', 'template', name=op.f('pk_notice_grants'))
    )
    op.create_table('wechat_pushes',
    sa.Column('key', sa.String(length=128), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_wechat_pushes'))
    )
    with op.batch_alter_table('wechat_pushes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wechat_pushes_at'), ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('wechat_pushes')
    op.drop_table('notice_grants')
    op.drop_table('notice_attempts')
    # before there was an outbox, whatever stood here had been told
    op.execute("DELETE FROM notices WHERE state = 'withdrawn' OR (state = 'pending' AND at > CURRENT_TIMESTAMP)")
    op.execute("UPDATE notices SET kind = 'moved' WHERE kind = 'changed'")
    pending = sa.text("state = 'pending'")
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('ix_notices_state_at')
        batch_op.drop_index('ix_notices_pending_cause', postgresql_where=pending, sqlite_where=pending)
        batch_op.drop_index('ix_notices_next_due', postgresql_where=pending, sqlite_where=pending)

    for column in ('read_at', 'done_at', 'due_at', 'can_wait', 'state', 'not_after', 'link', 'facts', 'hall', 'said'):
        op.drop_column('notices', column)

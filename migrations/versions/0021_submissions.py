"""submissions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    draft = sa.text("state = 'draft'")
    never_submitted = sa.text("submitted_at IS NULL")
    op.create_table('submissions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('item', sa.String(length=64), nullable=False),
    sa.Column('form', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('person_kind', sa.String(length=8), nullable=False),
    sa.Column('applicant_id', sa.String(length=32), nullable=True),
    sa.Column('filled_by', sa.String(length=64), nullable=False),
    sa.Column('citizen_id', sa.String(length=32), nullable=True),
    sa.Column('ground', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.String(length=32), nullable=True),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('values_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('sources_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('promises', sa.JSON(), nullable=False),
    sa.Column('marks', sa.JSON(), nullable=False),
    sa.Column('identity_typed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_submissions_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submissions')),
    sa.UniqueConstraint('code', name=op.f('uq_submissions_code'))
    )
    op.create_index(op.f('ix_submissions_person_id'), 'submissions', ['person_id'], unique=False)
    op.create_index(op.f('ix_submissions_applicant_id'), 'submissions', ['applicant_id'], unique=False)
    op.create_index(op.f('ix_submissions_citizen_id'), 'submissions', ['citizen_id'], unique=False)
    op.create_index(op.f('ix_submissions_ticket_id'), 'submissions', ['ticket_id'], unique=False)
    op.create_index('ix_submissions_hall_person_id_item', 'submissions', ['hall', 'person_id', 'item'], unique=False)
    op.create_index('ix_submissions_form_person_id', 'submissions', ['form', 'person_id', 'submitted_at'], unique=False)
    op.create_index('uq_submissions_draft', 'submissions', ['citizen_id', 'person_id', 'hall', 'item'], unique=True, postgresql_where=draft, sqlite_where=draft)
    op.create_index('ix_submissions_never_submitted_touched_at', 'submissions', ['touched_at'], unique=False, postgresql_where=never_submitted, sqlite_where=never_submitted)
    op.create_table('submission_changes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('before_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('after_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('counter', sa.String(length=16), nullable=False),
    sa.Column('ticket_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_submission_changes_submission_id_submissions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_changes'))
    )
    op.create_index(op.f('ix_submission_changes_submission_id'), 'submission_changes', ['submission_id'], unique=False)
    op.create_table('kept_materials',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('form', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('ticket_id', sa.String(length=32), nullable=False),
    sa.Column('seen_by', sa.String(length=64), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_kept_materials_person_id_people')),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_kept_materials_submission_id_submissions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_materials')),
    sa.UniqueConstraint('submission_id', 'code', name=op.f('uq_kept_materials_submission_id_code'))
    )
    op.create_index('ix_kept_materials_person_id_code', 'kept_materials', ['person_id', 'code'], unique=False)
    op.create_table('gap_notices',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('ticket_id', sa.String(length=32), nullable=False),
    sa.Column('submission_id', sa.String(length=32), nullable=True),
    sa.Column('hall', sa.String(length=32), nullable=False),
    sa.Column('counter', sa.String(length=16), nullable=False),
    sa.Column('told_by', sa.String(length=64), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_gap_notices_ticket_id_tickets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gap_notices')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_gap_notices_ticket_id'))
    )
    op.create_index(op.f('ix_gap_notices_submission_id'), 'gap_notices', ['submission_id'], unique=False)


def downgrade() -> None:
    op.drop_table('gap_notices')
    op.drop_table('kept_materials')
    op.drop_table('submission_changes')
    op.drop_table('submissions')

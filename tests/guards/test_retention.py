"""Whatever is kept about people is in the table that says how long, and why."""

import app.factory  # noqa: F401 (every table)
from app.core.db import db
from app.core.sealed import SEALED
from app.privacy.rules import BY_TABLE, KEPT, UNDER_WAY, Then
from app.worker import NIGHT

WHO = {"person_id", "citizen_id", "holder_id", "agent_id", "applicant_id", "representative_id"}


def about_people(table):
    """Columns that say whom something is about, by what they are called or point at."""
    keyed = {
        key.parent.name
        for key in table.foreign_keys
        if key.column.table.name in ("people", "citizens")
    }
    return keyed | (WHO & set(table.columns.keys()))


def named(kept):
    return {*kept.person, *kept.account, *kept.not_told, *kept.told, *kept.clears}


def test_no_column_about_people_is_forgotten():
    for table in db.metadata.tables.values():
        if table.name == "erasures":
            continue  # what says that there is nothing any more
        for column in about_people(table):
            assert column in named(BY_TABLE[table.name]), f"{table.name}.{column}"


def test_every_sealed_column_is_told_or_says_why_not():
    for column in SEALED:
        kept = BY_TABLE[column.table]
        assert column.column in {*kept.told, *kept.not_told}, column


def test_the_table_speaks_of_what_there_is():
    for kept in KEPT:
        columns = set(db.metadata.tables[kept.table].columns.keys())
        under = {kept.under[0]} if kept.under else set()
        since = {kept.since} if kept.since else set()
        assert named(kept) | set(kept.over) | under | since <= columns, kept.table
        assert kept.under is None or kept.under[1] in BY_TABLE
    for name, _, column, _ in UNDER_WAY:
        assert name in BY_TABLE
        assert column in db.metadata.tables[name].columns


def test_whatever_ages_says_since_when_and_what_is_emptied():
    for kept in KEPT:
        assert (kept.aged is Then.KEEP) == (kept.months is None), kept.table
        assert bool(kept.since) == (kept.months is not None), kept.table
        empties = Then.CLEAR in (kept.aged, kept.erased)
        assert bool(kept.clears) == empties, kept.table


def test_other_jobs_it_names_run_at_night():
    jobs = {name for name, _ in NIGHT}
    assert {kept.job for kept in KEPT if kept.job} <= jobs

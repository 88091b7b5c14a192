"""A year of reminders, beside what the calendar alone says of it (oracle.py): each due step is told
once and only once, whatever dies or fails on the way, and nobody hears of what is over."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.citizens.rules import BEIJING
from app.core.db import db
from app.licences.queries import LICENCES
from app.licences.service import id_of
from app.notices.queries import ATTEMPTS
from app.renewals.records import TABLE as RENEWALS
from app.renewals.watch.reminding import REMINDERS
from config.settings import load_settings
from tests.faults.conftest import leave
from tests.house import open_house
from tests.renewals import oracle
from tests.renewals.gateways import OUT, Asked
from tests.renewals.people import Holder
from tests.renewals.year import LAST, Story, Year
from tests.servers import Servers
from tests.wechat_server import Wechat

CHANNELS = {"medicine": ("sms", "wechat"), "milk": ("sms",)}
Key = tuple[str, str, date, str, str]
"""Licence, event, last day, step, holder."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(150, id="small"),
        pytest.param(20_000, id="whole", marks=[pytest.mark.long, pytest.mark.timeout(7_200)]),
    ],
)
def year(
    request: pytest.FixtureRequest,
    servers: Servers,
    shared_wechat: Wechat,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Year]:
    with servers.database("postgresql") as url:
        environ = {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": url,
            "REDIS_URL": servers.redis("valkey").url,
            "WECHAT_API_URL": shared_wechat.url,
            "INSTANCE_PATH": str(tmp_path_factory.mktemp("year")),
        }
        house = open_house(load_settings(environ))
        passed = Year(
            house, licences=int(os.environ.get("YEAR_LICENCES", request.param)), seed=20260101
        )
        passed.pass_by()
        yield passed
        leave(house)


@dataclass(frozen=True)
class Expected:
    """A reminder that must be there, of whom and to whom."""

    story: Story
    reminder: oracle.Reminder
    holder: Holder

    @property
    def ways(self) -> dict[str, str]:
        """Channel -> address, the first one first."""
        channels = CHANNELS.get(self.story.kind, ("wechat", "sms"))
        found = {each: self.holder.address(each, self.story.contact) for each in channels}
        return {channel: address for channel, address in found.items() if address}


@pytest.fixture(scope="module")
def expected(year: Year) -> dict[Key, Expected]:
    holders = {holder.number: holder for holder in year.of_holder}
    found = {}
    with year.house.app.app_context():
        for story in year.stories:
            licence = id_of(story.identifier)
            for each in oracle.reminders_of(story.life, year.mornings):
                person = year.people[each.holder]
                key = (licence, each.event, each.last_day, each.step, person)
                found[key] = Expected(story, each, holders[each.holder])
    return found


@pytest.fixture(scope="module")
def kept(year: Year) -> dict[Key, Any]:
    """What the tables say was told."""
    with year.house.app.app_context():
        rows = db.session.execute(select(REMINDERS)).all()
        db.session.rollback()
    return {(r.licence_id, r.event, r.last_day, r.step, r.holder_id): r for r in rows}


@pytest.fixture(scope="module")
def renewals(year: Year) -> dict[str, Any]:
    with year.house.app.app_context():
        rows = db.session.execute(select(RENEWALS)).all()
        db.session.rollback()
    return {row.id: row for row in rows}


@pytest.fixture(scope="module")
def asked(year: Year, renewals: Mapping[str, Any]) -> Mapping[tuple[str, str, date], list[Asked]]:
    """What WeChat and the vendor were asked: by licence, note and day."""
    found: dict[tuple[str, str, date], list[Asked]] = defaultdict(list)
    for one in year.both.asked:
        licence = renewals[one.about].licence_id if one.about in renewals else one.about
        found[licence, one.words, one.at.astimezone(BEIJING).date()].append(one)
    return found


def test_each_due_step_is_kept_once_and_nothing_else(year, expected, kept):
    assert year.deaths_died > 20, "too few died for this to say anything"
    assert len(expected) > 0.7 * len(year.stories)
    forgotten = sorted(map(str, expected.keys() - kept.keys()))
    unasked = sorted(map(str, kept.keys() - expected.keys()))
    assert (forgotten[:5], unasked[:5]) == ([], [])


def test_each_was_found_on_its_day_and_was_due_on_no_day_of_rest(expected, kept):
    wrong = [
        (key, row.send_on, row.created_at)
        for key, row in kept.items()
        if row.send_on != expected[key].reminder.due_on
        or row.created_at.astimezone(BEIJING).date() != expected[key].reminder.found_on
    ]
    assert wrong[:5] == []


def test_each_went_out_once_on_its_day_to_whom_it_is_for(expected, asked):
    wrong = []
    out: Counter[Any] = Counter()
    for key, one in expected.items():
        day = one.reminder.sent_on
        if day is None or not one.ways:
            continue
        about = (key[0], one.reminder.note, day)
        tries = asked.get(about, [])
        out[about] += 1
        gone = [each for each in tries if each.answer in OUT]
        if len(gone) > out[about] or any(one.ways.get(t.channel) != t.to for t in tries):
            wrong.append((key, tries))
        if not 9 <= min((t.at.astimezone(BEIJING).hour for t in tries), default=9) < 18:
            wrong.append((key, tries))
    assert wrong[:3] == []
    assert sorted(map(str, asked.keys() - out.keys()))[:5] == []


def test_each_ends_as_it_went(year, expected, kept, asked):
    """In the order of the plan's channels; what may have gone out is not tried again."""
    unanswered = _unanswered(year)
    wrong = []
    for key, one in expected.items():
        row, reminder = kept[key], one.reminder
        tries = asked.get((key[0], reminder.note, reminder.sent_on), [])
        said = _end_of(one, tries, row.notice_id in unanswered)
        if row.state not in said:
            wrong.append((key, row.state, said, [t.answer for t in tries]))
        channels = [t.channel for t in tries]
        if channels != sorted(channels, key=list(one.ways).index):
            wrong.append((key, channels))
    assert wrong[:3] == []
    states = Counter(row.state for row in kept.values())
    assert {"sent", "in_app", "unknown", "unreachable"} <= states.keys()
    assert "pending" not in states


def _end_of(one: Expected, tries: list[Asked], somebody_died: bool) -> set[str]:
    if not one.ways and not one.holder.has_account:
        return {"unreachable"}
    if one.reminder.sent_on is None:
        # what ran out may be withdrawn first, by the watch that sees it is over
        return {"withdrawn"} if one.reminder.overtaken else {"lapsed", "withdrawn"}
    if somebody_died:
        return {"unknown"}
    match tries[-1].answer if tries else None:
        case "sent":
            return {"sent"}
        case "unread":
            return {"unknown"}
    if not one.ways:
        return {"in_app"}
    if not tries:
        return set()  # nobody was asked, and nobody died over it: forgotten
    refused = any(each.answer == "refused" for each in tries)
    return {"failed" if refused or not one.holder.has_account else "in_app"}


def _unanswered(year: Year) -> set[str]:
    """Notices over one of whose attempts somebody died."""
    with year.house.app.app_context():
        found = db.session.scalars(
            select(ATTEMPTS.c.notice_id).where(ATTEMPTS.c.errcode == "unanswered")
        ).all()
        db.session.rollback()
    return set(found)


def test_what_one_tap_renews_is_found_with_its_deadlines(expected, kept, renewals):
    wrong = []
    for key, one in expected.items():
        rule = next(r for r in oracle.RULES[one.story.kind] if r.event == one.reminder.event)
        renewal = renewals.get(kept[key].renewal_id)
        if not rule.one_tap:
            assert renewal is None
            continue
        assert renewal, key
        last = one.reminder.last_day
        said = (renewal.licence_id, renewal.valid_until, renewal.ask_from, renewal.ask_by)
        meant = (key[0], last, rule.opening(last), rule.deadline(last))
        if said != meant or renewal.holder_id != key[4]:
            wrong.append((key, said, meant, renewal.state))
    assert wrong[:3] == []


def test_what_becomes_of_each_renewal_follows_from_what_became_of_its_licence(year, renewals):
    wrong = []
    people = year.people
    for story, renewal in _with_stories(year, renewals):
        end = story.life.on(LAST)
        assert end
        theirs = renewal.holder_id == people[end.holder] and renewal.valid_until == end.ends
        if story.tapped_on:
            ends = {"handed_over", "closed"}
        elif (theirs and end.told) or story.holder in year.silent:
            ends = {"expired"} if renewal.valid_until < LAST else {"reminded", "found"}
        else:  # unless it was seen to be over before its licence was
            over = any(renewal.valid_until < day < end.since for day in year.mornings)
            ends = {"expired"} if over else {"overtaken", "expired"}
        if renewal.state not in ends:
            wrong.append((story.kind, story.chapters, renewal.state, renewal.valid_until))
    assert wrong[:3] == []
    assert {"expired", "overtaken"} <= {renewal.state for renewal in renewals.values()}


def test_one_tap_gives_the_next_term_and_ends_the_one_before(year, renewals):
    tapped = {r.licence_id: r for r in renewals.values() if r.new_licence_id}
    with year.house.app.app_context():
        stories = {id_of(story.identifier): story for story in year.stories if story.tapped_on}
        rows = {row.id: row for row in db.session.execute(select(LICENCES))}
        db.session.rollback()
    assert tapped.keys() == stories.keys()
    assert stories
    for licence, story in stories.items():
        renewal, new = tapped[licence], rows[tapped[licence].new_licence_id]
        begins, ends = oracle.next_term(story.kind, story.ends, story.tapped_on)
        assert (renewal.term_begins, renewal.term_ends) == (begins, ends)
        assert (new.valid_until, new.predecessor_id, new.state) == (ends, licence, "valid")
        assert rows[licence].state == "expired"


def _with_stories(year: Year, renewals: Mapping[str, Any]) -> Iterator[tuple[Story, Any]]:
    with year.house.app.app_context():
        stories = {id_of(story.identifier): story for story in year.stories}
    for renewal in renewals.values():
        yield stories[renewal.licence_id], renewal

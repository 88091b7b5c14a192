"""A year of a hall in virtual time: licences of eight kinds, what becomes of them, and each day's
job run, some days twice, by two at once, or by somebody who dies over it.

year = Year(house, licences=600, seed=1)
year.pass_by()                       from New Year's Eve 2025 to the end of 2026
year.reminders(), year.outbox()      what was said, to be compared with oracle.py
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from app.catalog.calendar import seed_calendar
from app.citizens.queries import account_of
from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act, Actor
from app.core.db import db, transaction
from app.licences import rules as licence_rules
from app.licences import service as licences
from app.licences.identifier import identifier_of
from app.licences.kinds import parse_kinds
from app.licences.service import id_of
from app.notices.jobs import send_due
from app.notices.queries import TABLE as NOTICES
from app.notices.sending import send_next
from app.renewals import confirming, opening
from app.renewals import service as renewals
from app.renewals.loading import load_plans
from app.renewals.plan_file import parse_plans
from app.renewals.watch.reminding import settle
from app.renewals.watch.stopping import set_reminders
from app.renewals.watch.watching import watch
from tests.house import HALL, House
from tests.renewals.deaths import Deaths
from tests.renewals.eight_kinds import DEFINER, ISSUER, KINDS_FILE, PLANS_FILE, TYPES
from tests.renewals.gateways import Unreliable, UnreliableSms, UnreliableWechat
from tests.renewals.oracle import CLOSED, DAY, RULES, Chapter, Life
from tests.renewals.people import Holder, draw, settle_in

EVE = date(2025, 12, 31)
LAST = date(2026, 12, 31)
DAYS = tuple(EVE + n * DAY for n in range(1, (LAST - EVE).days + 1))
DARK = frozenset(
    day
    for begins, ends in (
        (date(2026, 3, 17), date(2026, 3, 19)),
        (date(2026, 9, 29), date(2026, 10, 9)),
    )
    for day in DAYS
    if begins <= day <= ends
)
"""Days on which nothing runs at all; the second time over a week of holidays."""
TERMS = {"food": 60, "safety": 36, "medicine": 60, "water": 60, "milk": 24, "hygiene": 48}
"""Months for which a licence is given."""
A_WEEK = {"mon", "tue", "wed", "thu", "fri"}
FATES = {"tapped": 15, "renewed": 12, "revoked": 8, "moved": 5, "put off": 4, "late": 5, "none": 51}
"""What becomes of a licence in the year -> how many of a hundred. tapped: its holder renews it by
one tap, where that is offered and they have an account; renewed: elsewhere; moved: it
changes hands; put off: its register says another last day; late: it comes into the library in the
middle of the year."""


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING)


@dataclass
class Story:
    """A licence, as it is written from edition to edition."""

    kind: str
    serial: str
    issued: date
    ends: date | None
    holder: Holder
    contact: str | None = None
    version: str = "001"
    chapters: list[Chapter] = field(default_factory=list)
    tapped_on: date | None = None

    @property
    def identifier(self) -> str:
        code = DEFINER + TYPES[self.kind]
        return str(identifier_of(code, ISSUER, self.serial, self.version))

    @property
    def life(self) -> Life:
        return Life(self.kind, self.issued, tuple(self.chapters))

    def goes_on(self, since: date, **changed: Any) -> None:
        """From this morning on it stands otherwise."""
        last = self.chapters[-1]
        self.chapters.append(replace(last, since=since, **changed))

    def said(self, as_of: datetime, **more: Any) -> dict[str, Any]:
        """As its register says it."""
        data = {}
        if self.contact:
            data = {"contact_phone": self.contact}
        if self.kind == "business" and self.holder.reached not in ("agent", "sms", "nobody"):
            data = {"representative_id_number": self.holder.acting}
        return {
            "kind": self.kind,
            "identifier": self.identifier,
            "holder_number": self.holder.number,
            "holder_name": "清河豆腐店" if self.holder.kind == "firm" else "李小明",
            "number": f"{self.kind.upper()}{self.serial}",
            "issuer_name": "清河县行政审批局",
            "issued_on": self.issued.isoformat(),
            "valid_until": self.ends.isoformat() if self.ends else "",
            "as_of": as_of.isoformat(),
            "data": data,
            **more,
        }


class Year:
    def __init__(self, house: House, *, licences: int, seed: int) -> None:
        self.house = house
        self.rng = Random(seed)  # noqa: S311 (a year that can be played again)
        with house.app.app_context():
            self.deaths = Deaths(db.engine)
        self.both = Unreliable(house.clock.now, seed, self.deaths.step)
        self.stories: list[Story] = []
        self.of_holder: dict[Holder, list[Story]] = defaultdict(list)
        self.happenings: dict[date, list[Callable[[Act], list[dict[str, Any]]]]]
        self.happenings = defaultdict(list)
        self.taps: dict[date, list[Story]] = defaultdict(list)
        self.deaths_died = 0
        self._open_hall()
        self._write(licences)

    # Before it begins

    def _open_hall(self) -> None:
        house = self.house
        house.clock.at = clock(EVE, 12)
        parts = house.app.extensions["parts"]
        house.app.extensions["parts"] = replace(
            parts, wechat=UnreliableWechat(self.both), sms=UnreliableSms(self.both)
        )
        week = {day: ["09:00-17:00"] for day in A_WEEK} | {"sat": [], "sun": []}
        closed = [
            {"date": day.isoformat(), "hours": [], "reason": "停电检修"} for day in sorted(CLOSED)
        ]
        house.within(lambda: seed_calendar([2025, 2026, 2027]))
        house.reload(
            lambda file: file["hall"].update(
                hours=week, exceptions=closed, closed_on_holidays=True, rules={}
            )
        )
        self.kinds = {kind.code: kind for kind in parse_kinds(KINDS_FILE)}
        plans = parse_plans(PLANS_FILE, self.kinds, {HALL: {"id-card"}})
        house.within(lambda: licences.load_kinds(list(self.kinds.values()), self._act()))
        house.within(lambda: load_plans(plans, self._act()))

    def _write(self, number: int) -> None:
        """Who holds what, and what will become of it."""
        drivers = [draw(self.rng, "person", nth) for nth in range(number // 8)]
        firms = [draw(self.rng, "firm", nth) for nth in range(number // 4)]
        for firm in firms:
            self._give("business", firm, self._some_day(date(2015, 1, 1), date(2025, 12, 1)), None)
        for driver in drivers:
            ends = self._some_day(date(2026, 1, 1), date(2027, 3, 31))
            self._give("driving", driver, ends - relativedelta(years=6), ends)
        while len(self.stories) < number:
            self._draw_licence(self.rng.choice(firms))
        self.people = self.house.within(lambda: settle_in(drivers + firms, self._act()))
        self._decide_fates(firms, drivers)
        self._bring_in([story for story in self.stories if story.chapters[0].since <= DAYS[0]])

    def _draw_licence(self, firm: Holder) -> None:
        kind = self.rng.choice(list(TERMS))
        # working days are known of 2026, so that what is counted in them ends there
        farthest = LAST if kind == "food" else date(2027, 9, 30)
        ends = self._some_day(date(2025, 12, 20), farthest)
        if self.rng.random() < 0.05:  # the ends of months, and of Februaries
            ends = self.rng.choice([date(2026, m, 28 if m == 2 else 30) for m in range(1, 13)])
        issued = ends - relativedelta(months=TERMS[kind]) + DAY
        if kind == "hygiene":  # half of them are to be inspected this year
            issued = self._some_day(date(2022, 12, 1), date(2025, 3, 1))
            ends = issued + relativedelta(months=48) - DAY
            if issued.day == 29 and issued.month == 2:
                ends = date(issued.year + 4, 2, 28)
        story = self._give(kind, firm, issued, ends)
        if kind == "water" and firm.reached in ("sms", "nobody") and self.rng.random() < 0.5:
            story.contact = f"138{len(self.stories):08d}"

    def _give(self, kind: str, holder: Holder, issued: date, ends: date | None) -> Story:
        story = Story(kind, f"{len(self.stories):08d}", issued, ends, holder)
        story.chapters.append(Chapter(DAYS[0], ends, holder.number))
        self.stories.append(story)
        self.of_holder[holder].append(story)
        return story

    def _decide_fates(self, firms: list[Holder], drivers: list[Holder]) -> None:
        silent = [each for each in firms + drivers if each.signs_in and self.rng.random() < 0.08]
        self.silent = silent
        for holder in silent:
            self._stop(holder, self._a_day())
        for story in [each for each in self.stories if each.holder not in silent]:
            (fate,) = self.rng.choices(list(FATES), list(FATES.values()))
            if story.kind == "business":
                continue
            day = self._a_day()
            match fate:
                case "tapped" if RULES[story.kind][0].one_tap and story.holder.signs_in:
                    self._tap(story)
                case "renewed":
                    self._renew(story, day)
                case "revoked":
                    self._revoke(story, day)
                case "moved" if story.holder.kind == "firm":
                    self._move(story, day, self._other(firms, silent, story.holder))
                case "put off" if story.ends:
                    self._put_off(story, day)
                case "late":
                    story.chapters[0] = replace(story.chapters[0], since=day + DAY)
                    self._on(day, lambda act, story=story: [story.said(act.now)])

    def _other(self, firms: list[Holder], silent: list[Holder], than: Holder) -> Holder:
        return self.rng.choice([firm for firm in firms if firm not in silent and firm != than])

    # What happens, each at noon: it holds from the next morning on

    def _stop(self, holder: Holder, day: date) -> None:
        for story in self.of_holder[holder]:
            story.goes_on(day + DAY, told=False)

        def stop(act: Act) -> list[dict[str, Any]]:
            account = account_of(holder.openid)
            assert account
            set_reminders(account, self.people[holder.number], "", False, act)
            return []

        self._on(day, stop)

    def _tap(self, story: Story) -> None:
        """Somewhere within the window, as far as it lies in the year."""
        assert story.ends
        rule = RULES[story.kind][0]
        first, last = rule.opening(story.ends), rule.deadline(story.ends)
        days = [day for day in DAYS if first <= day <= last]
        if not days:
            return
        story.tapped_on = day = self.rng.choice(days)
        story.goes_on(day + DAY, told=False)
        self.taps[day].append(story)

    def _renew(self, story: Story, day: date) -> None:
        story.goes_on(day + DAY, told=False)
        months = TERMS.get(story.kind, 72)
        new = replace(
            story,
            issued=day,
            ends=day + relativedelta(months=months) - DAY,
            version="002",
            chapters=[],
        )
        new.chapters.append(Chapter(day + DAY, new.ends, story.holder.number))
        self.stories.append(new)
        before = replace(story, chapters=[])

        def renew(act: Act) -> list[dict[str, Any]]:
            return [
                before.said(act.now, state="expired"),
                new.said(act.now, predecessor=before.identifier),
            ]

        self._on(day, renew)

    def _revoke(self, story: Story, day: date) -> None:
        story.goes_on(day + DAY, told=False)
        state = self.rng.choice(["revoked", "cancelled", "withdrawn"])
        self._on(day, lambda act: [story.said(act.now, state=state)])

    def _move(self, story: Story, day: date, to: Holder) -> None:
        story.goes_on(day + DAY, holder=to.number)
        moved = replace(story, holder=to)
        self._on(day, lambda act: [moved.said(act.now)])

    def _put_off(self, story: Story, day: date) -> None:
        assert story.ends
        later = story.ends + relativedelta(months=4)
        if story.kind == "food" and later > LAST:
            return
        story.goes_on(day + DAY, ends=later)
        changed = replace(story, ends=later)
        self._on(day, lambda act: [changed.said(act.now)])

    def _on(self, day: date, what: Callable[[Act], list[dict[str, Any]]]) -> None:
        self.happenings[day].append(what)

    # Day by day

    @property
    def mornings(self) -> list[date]:
        """Those on which the library was watched."""
        return [day for day in DAYS if day not in DARK]

    def pass_by(self) -> None:
        try:
            for day in DAYS:
                if day not in DARK:
                    self._watch(day)
                    self._send(day)
                self._noon(day)
            self.house.clock.at = clock(LAST + DAY, 0)
            while self.house.within(lambda: settle(self._act())):
                pass
        finally:
            self.deaths.close()

    def _watch(self, day: date) -> None:
        self.house.clock.at = clock(day, 8, 30)
        match self.rng.choices(("once", "twice", "killed", "two"), (50, 15, 25, 10))[0]:
            case "twice":
                self._watch_once()
            case "killed":
                while self.rng.random() < 0.7:
                    self._dies(40, self._watch_once)
            case "two":
                self._at_once(self._watch_once)
        self._watch_once()

    def _watch_once(self) -> None:
        with self.house.app.app_context():
            while watch(self._act()):
                pass

    def _send(self, day: date) -> None:
        """What the outbox's workers do until the evening, whenever something is due."""
        evening = clock(day, 20)
        while (due := self._next_due()) is not None and due < evening:
            self.house.clock.at = max(due, self.house.clock.at)
            if self.rng.random() < 0.1:
                self._dies(60, self._send_some)
            self._send_once()

    def _send_once(self) -> None:
        """By one sender, or as a worker does it, by several at once."""
        with self.house.app.app_context():
            if self.rng.random() < 0.1:
                send_due()
            while send_next():
                pass

    def _send_some(self) -> None:
        with self.house.app.app_context():
            while send_next():
                pass

    def _dies(self, at_most: int, what: Callable[[], None]) -> None:
        with self.deaths.at_step(self.rng.randint(1, at_most)) as died:
            what()
        self.deaths_died += bool(died)

    def _at_once(self, what: Callable[[], None]) -> None:
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(what) for _ in range(2)]:
                done.result()

    def _noon(self, day: date) -> None:
        self.house.clock.at = (
            clock(day, 12) if day in DARK else max(clock(day, 12), self.house.clock.at)
        )
        for story in self.taps[day]:
            with self.house.app.app_context():
                self._renewed_by_tap(story)
        if day not in self.happenings:
            return

        def happen() -> None:
            act = self._act()
            said = [one for what in self.happenings[day] for one in what(act)]
            licences.put(self._judged(said), act, "test")

        self.house.within(happen)

    def _renewed_by_tap(self, story: Story) -> None:
        """What the three calls of a phone do."""
        account = account_of(story.holder.openid)
        assert account
        act = Act(self.house.clock.now(), Actor("citizen", account))
        with transaction():
            id = renewals.begin(id_of(story.identifier), act).id
        draft = opening.prepare(id, act)
        with transaction():
            shown = renewals.open_(id, draft, act)
        given = renewals.Confirmation(shown.revision, shown.application_sha256, True, "electronic")
        answers = confirming.prepare(id, given, act)
        with transaction():
            renewals.confirm(id, given, answers, act)

    def _next_due(self) -> datetime | None:
        with self.house.app.app_context():
            due = db.session.scalar(
                select(func.min(NOTICES.c.due_at)).where(NOTICES.c.state == "pending")
            )
            db.session.rollback()
            return due

    # By and by

    def _bring_in(self, stories: list[Story]) -> None:
        for first in range(0, len(stories), 500):
            some = [each.said(self.house.clock.now()) for each in stories[first : first + 500]]
            self.house.within(partial(self._put, some))

    def _put(self, said: list[dict[str, Any]]) -> None:
        licences.put(self._judged(said), self._act(), "test")

    def _judged(self, said: list[dict[str, Any]]) -> list[licence_rules.LicenceRecord]:
        today = self.house.clock.now().astimezone(BEIJING).date()
        return [licence_rules.judge(one, self.kinds, today) for one in said]

    def _act(self) -> Act:
        return Act(self.house.clock.now(), SYSTEM)

    def _a_day(self) -> date:
        return self.rng.choice(DAYS)

    def _some_day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randint(0, (last - first).days))

"""A hall in its tables: loaded, loaded again, read as one value, promising for a day."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.catalog.errors import UnknownCounter, UnknownHall, UnknownItem
from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.catalog.models import ItemRow
from app.catalog.service import (
    counter_of,
    counter_statuses,
    find_items,
    item_of,
    plan_of,
    plans,
    promises_of_day,
    set_counter_status,
)
from app.core.db import db, transaction
from queueing.order import MINUTE
from tests.catalog.conftest import SMALL

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
RENAMED = SMALL.replace("身份证换领", "居民身份证换领")
WITHOUT_B = "\n".join(
    line
    for line in SMALL.replace("[[A, B]]", "[[A]]").splitlines()
    if "{letters: B" not in line and "{no: 2" not in line and "{code: b-1" not in line
)
FASTER = SMALL.replace("walk_in_minutes: 30", "walk_in_minutes: 10").replace(
    "walk_in_minutes: 20", "walk_in_minutes: 5"
)


def without_ids(plan):
    def bare(parts):
        return {key: replace(part, id=0) for key, part in parts.items()}

    return replace(
        plan,
        id=0,
        revision=0,
        lanes=bare(plan.lanes),
        counters=bare(plan.counters),
        items=bare(plan.items),
    )


def test_a_plan_comes_back_as_the_file_said_it(load):
    load()
    assert without_ids(plan_of("small")) == parse_hall(SMALL.encode()).plan


def test_loading_again_adds_nothing_and_moves_the_revision(load):
    first, again = load(), load()
    assert (first.added, first.kept) == (7, 0)
    assert (again.added, again.kept, again.retired) == (0, 7, ())
    assert again.revision == first.revision + 1
    assert plan_of("small").revision == again.revision


def test_a_renamed_item_is_the_same_item(load):
    load()
    before = plan_of("small").items["a-1"]
    load(RENAMED)
    after = plan_of("small").items["a-1"]
    assert (after.name, after.id) == ("居民身份证换领", before.id)


def test_what_left_the_file_is_retired_and_comes_back_as_itself(load):
    load()
    before = plan_of("small")
    report = load(WITHOUT_B)
    assert report.retired == ("业务队列 B", "窗口 2", "事项 b-1")
    plan = plan_of("small")
    assert (list(plan.lanes), list(plan.counters), list(plan.items)) == (["A"], ["1"], ["a-1"])
    assert plan.item_coded("b-1").name == "护照申请"
    assert plan.retired_lanes["B"].name == "出入境"
    with pytest.raises(UnknownItem):
        item_of(plan, "b-1")
    with pytest.raises(UnknownCounter):
        counter_of(plan, "2")
    load()
    assert plan_of("small").items["b-1"].id == before.items["b-1"].id
    assert load(WITHOUT_B).retired
    assert load(WITHOUT_B).retired == ()


def test_a_counter_keeps_its_status_through_loading(load):
    load()
    with transaction():
        set_counter_status(plan_of("small").counters["1"], "open", NOW)
    load(RENAMED)
    assert counter_statuses(plan_of("small")) == {"1": ("open", NOW), "2": ("closed", None)}


def test_a_load_that_fails_changes_nothing(load):
    load()
    with contextlib.suppress(UnknownHall), transaction():
        load_hall(parse_hall(RENAMED.encode()))
        raise UnknownHall
    assert plan_of("small").items["a-1"].name == "身份证换领"
    assert plan_of("small").revision == 1


def test_a_plan_is_kept_until_its_revision_moves(app, load):
    load()
    plan = plan_of("small")
    assert plan_of("small") is plan
    # What other threads and processes load is seen, too.
    thread = threading.Thread(target=_load_in_another_session, args=(app,))
    thread.start()
    thread.join()
    db.session.rollback()
    assert plan_of("small").items["a-1"].name == "居民身份证换领"


def _load_in_another_session(app):
    with app.app_context(), transaction():
        load_hall(parse_hall(RENAMED.encode()))


@pytest.mark.usefixtures("app")
def test_an_unknown_hall_is_refused():
    with pytest.raises(UnknownHall):
        plan_of("nowhere")


def test_halls_do_not_touch_each_other(load):
    load()
    load(SMALL.replace("code: small", "code: other").replace("身份证换领", "另一事项"))
    load(WITHOUT_B)
    assert [plan.code for plan in plans()] == ["small", "other"]
    assert len(plan_of("other").items) == 2
    assert db.session.query(ItemRow).count() == 4


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("", ["a-1", "b-1"]),
        ("  ", ["a-1", "b-1"]),
        ("护照", ["b-1"]),
        ("公安 换领", ["a-1"]),
        ("B-1", ["b-1"]),
        ("换领 护照", ["a-1", "b-1"]),
        ("护 照", ["b-1"]),
        ("护照 驾照", ["b-1"]),
        ("办护照", ["b-1"]),
        ("身份证丢了", ["a-1"]),
        ("出国", ["b-1"]),
        ("我要出国", ["b-1"]),
        ("CG", ["b-1"]),
        ("办 照", []),
        ("结婚", []),
        ("%", []),
    ],
)
def test_items_are_found_by_their_words(load, q, codes):
    load(SMALL.replace("minutes: 15}", "minutes: 15, aliases: [出国]}"))
    assert [item.code for item in find_items(plan_of("small"), q)] == codes


def test_what_many_items_share_finds_nothing_by_itself(load):
    many = "".join(
        f"  - {{code: c-{nth}, name: 第{nth}种申请, department: gongan, lane: B, minutes: 15}}\n"
        for nth in range(4)
    )
    load(SMALL + many)
    assert find_items(plan_of("small"), "钓鱼申请") == []
    assert len(find_items(plan_of("small"), "申请")) == 5


def promised(day: date) -> tuple[int, int]:
    plan = plan_of("small")
    promises = promises_of_day(plan, plan.hall_day(day))
    return promises.for_lane("A").walk_in // MINUTE, promises.for_lane("B").walk_in // MINUTE


def test_promises_stand_from_the_first_use_of_a_day_and_change_with_the_next(load):
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    load()
    with transaction():
        assert promised(today) == (30, 20)
    load(FASTER)
    with transaction():
        assert promised(today) == (30, 20)
        assert promised(tomorrow) == (10, 5)
    assert promised(today) == (30, 20)


def test_another_process_reads_the_promises_as_they_were_frozen(app, load):
    day = date(2026, 11, 24)
    load()
    with transaction():
        promised(day)
    load(FASTER)
    app.extensions["catalog_promises"].clear()
    assert promised(day) == (30, 20)


def test_looking_freezes_nothing(load):
    day = date(2026, 11, 24)
    load()
    assert promised(day) == (30, 20)
    load(FASTER)
    assert promised(day) == (10, 5)


def test_promises_of_a_use_case_that_failed_are_not_believed(load):
    day = date(2026, 11, 24)
    load()
    with contextlib.suppress(UnknownHall), transaction():
        assert promised(day) == (30, 20)
        raise UnknownHall
    load(FASTER)
    with transaction():
        assert promised(day) == (10, 5)

"""What the library keeps of what is brought in: judged, sealed, and the same in any order."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.licences import queries, service
from app.licences.errors import RecordWrong
from app.licences.queries import LICENCES
from app.licences.service import Outcome
from tests.crowd import rows
from tests.house import credit_code, id_number
from tests.licences.conftest import firm, record
from tests.stores import each_store_once

OTHER = id_number("19580308")


def the_same_and_others():
    """Records of three licences, in several states of knowledge: later, earlier, contradicting."""
    moments = ("2026-05-06T09:00:00+08:00", "2026-06-01T00:00:00+08:00")
    return [
        record(serial=serial, as_of=as_of, state=state, holder=holder)
        for serial in ("1", "2")
        for as_of in moments
        for state, holder in (("valid", id_number()), ("cancelled", id_number()), ("valid", OTHER))
    ] + [firm(OTHER, as_of=as_of) for as_of in moments]


def content(library):
    """Every row, opened, but for when and by whom it was written."""
    with library.house.app.app_context():
        found = {
            row.id: (
                queries.licence(row.id),
                row.as_of,
                row.content_hash,
                row.predecessor_id,
            )
            for row in db.session.execute(LICENCES.select())
        }
        db.session.rollback()
    return found


@each_store_once
def test_any_order_in_any_portions_ends_in_the_same_rows(every_library):
    library, records = every_library, the_same_and_others()
    library.put_all(*records)
    expected = content(library)
    assert len(expected) == 3
    judged = [library.judged(one) for one in records]
    act = Act(library.house.clock.now(), SYSTEM)

    @settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.permutations(judged), st.lists(st.integers(1, 6), min_size=14))
    def in_portions(shuffled, sizes):
        library.house.within(lambda: db.session.execute(delete(LICENCES)))
        rest = list(shuffled)
        for size in sizes:
            portion, rest = rest[:size], rest[size:]
            library.house.within(lambda portion=portion: service.put(portion, act, "test"))
        assert content(library) == expected

    in_portions()


def test_what_becomes_of_a_record(library):
    first, later = record(), record(as_of="2026-06-01T00:00:00+08:00")
    moved = record(as_of="2026-07-01T00:00:00+08:00", state="04")
    outcomes = [
        put.outcome for put in library.put_all(first, first, later, moved, later, first, moved)
    ]
    assert outcomes == [
        Outcome.NEW,
        Outcome.SAME,
        Outcome.SAME,
        Outcome.UPDATED,
        Outcome.OLDER,
        Outcome.OLDER,
        Outcome.SAME,
    ]
    [row] = rows(library.house, LICENCES)
    assert (row.state, row.as_of) == ("cancelled", datetime(2026, 6, 30, 16, tzinfo=UTC))
    assert library.put_all(later)[0].outcome == Outcome.OLDER


def test_a_successor_may_come_first(library):
    new = record(serial="2", predecessor=record()["identifier"], version="002")
    library.put(new)
    old = library.put(record())
    assert {row.predecessor_id for row in rows(library.house, LICENCES)} == {None, old}


def test_what_is_kept_opens_typed_and_only_in_its_own_row(library):
    id = library.put(firm(id_number(), valid_until="2030-01-01"))
    other = library.put(record(holder_name="𠮷田䶮"))
    with library.house.app.app_context():
        found = queries.licence(id)
        assert str(found.value("capital")) == "100000.00"
        assert found.value("valid_until").isoformat() == "2030-01-01"
        assert found.value("holder_name") == "清河豆腐店"
        assert found.value("nothing") is None
        assert queries.licence(other).holder_name == "𠮷田䶮"
        assert queries.licence(other).value("since").isoformat() == "2024-05-06"


def test_nothing_of_it_lies_in_the_clear(library):
    library.put_all(record(), firm(OTHER))
    stored = "".join(
        str(value if not isinstance(value, bytes) else value.decode(errors="replace"))
        for table in db.metadata.tables.values()
        for row in rows(library.house, table)
        for value in row
    )
    secrets = ("李小明", "清居", "清河路", "清河豆腐店", OTHER, id_number(), credit_code())
    assert [secret for secret in secrets if secret in stored] == []
    assert record()["identifier"] not in stored


FAULTS = [
    ({"kind": "passport"}, "kind", "没有“pa****rt”"),
    ({"kind": OTHER}, "kind", f"没有“{OTHER[:4]}********{OTHER[-4:]}”"),
    ({"kind": ""}, "kind", "缺少"),
    ({"identifier": "1.2.156.3005.2.x"}, "identifier", "标识有误"),
    ({"identifier": firm(OTHER)["identifier"]}, "identifier", "不是“居住证”的类型代码"),
    ({"holder_number": credit_code()}, "holder_number", "证件号码有误"),
    ({"holder_kind": "firm", "holder_number": credit_code()}, "holder_kind", "不由这类"),
    ({"holder_name": "李" * 201}, "holder_name", "最多 200 个字"),
    ({"holder_name": "李\x07明"}, "holder_name", "控制字符"),
    ({"number": ""}, "number", "缺少"),
    ({"issued_on": "2026-02-30", "valid_until": ""}, "issued_on", "没有这一天"),
    ({"issued_on": "2027-01-01"}, "issued_on", "晚于今天"),
    ({"valid_until": ""}, "valid_until", "有期限"),
    ({"valid_until": "2026-05-05", "valid_from": ""}, "valid_until", "早于颁发日期"),
    (
        {"valid_until": "2026-05-06", "valid_from": "2026-05-07"},
        "valid_until",
        "早于有效期起",
    ),
    ({"state": "02"}, "state", "只能是"),
    ({"version": "1a"}, "version", "三位数字"),
    ({"place": "3301"}, "place", "六位"),
    ({"predecessor": "x"}, "predecessor", "标识有误"),
    ({"as_of": "yesterday"}, "as_of", "日期和时刻"),
    ({"as_of": "2027-01-01T00:00:00+08:00"}, "as_of", "晚于今天"),
    ({"data": {"since": "5 月"}}, "data.since", "应是日期"),
    ({"data": {"colour": "红"}}, "data.colour", "没有这个字段"),
    ({"data": ["x"]}, "data", "应是各字段"),
    ({"colour": "红"}, "colour", "没有这一项"),
]


@pytest.fixture(scope="module")
def judge():
    from app.licences import rules
    from app.licences.kinds import parse_kinds
    from tests.house import MORNING
    from tests.licences.conftest import KINDS_FILE

    kinds = {kind.code: kind for kind in parse_kinds(KINDS_FILE)}
    return lambda given: rules.judge(given, kinds, MORNING.date())


@pytest.mark.parametrize(("said", "field", "words"), FAULTS)
def test_what_is_wrong_with_a_record_is_named_at_its_field(judge, said, field, words):
    with pytest.raises(RecordWrong) as wrong:
        judge(record() | said)
    faults = dict(wrong.value.faults)
    assert field in faults, faults
    assert words in faults[field]


def test_every_fault_at_once(judge):
    with pytest.raises(RecordWrong) as wrong:
        judge(record(state="x", number="", place="1") | {"issued_on": "x"})
    assert {field for field, _ in wrong.value.faults} == {"state", "number", "place", "issued_on"}


def test_days_and_numbers_as_registers_write_them(judge):
    said = record(issued_on="20260506", valid_from="2026年5月6日", valid_until="2027/5/5")
    found = judge(json.loads(json.dumps(said | {"version": 2, "state": "01"})))
    days = (found.issued_on, found.valid_from, found.valid_until)
    assert [f"{day}" for day in days] == ["2026-05-06", "2026-05-06", "2027-05-05"]
    assert (found.version, found.state) == ("002", "valid")

"""Days small enough to work out by hand."""

import pytest

from tests.replay.checker import broken_rules
from tests.replay.days import COLUMNS, replayed


@pytest.fixture
def told(tmp_path, redis_server):
    """What became of these rows, each as `called finished counter outcome`, or one column.

    A row has the columns of COLUMNS; a day that is left out is 1999-02-01."""

    def replay(*rows: str, stretch: float = 1.0, column: str = "") -> list[str]:
        file, out = tmp_path / "in.csv", tmp_path / "out.csv"
        lines = [row if row.startswith("1999") else f"1999-02-01,{row}" for row in rows]
        file.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
        answers = replayed(file, out, stretch, {"REDIS_URL": redis_server.url})
        assert broken_rules(file, out, stretch) == []
        assert [answer["row"] for answer in answers] == [str(n + 1) for n in range(len(rows))]
        if column:
            return [answer[column] for answer in answers]
        return [" ".join(filter(None, list(answer.values())[2:])) for answer in answers]

    return replay


def test_one_person(told):
    assert told("100,,PS,0,served,20,60,ANAT") == ["120 180 ANAT served"]


def test_nobody_at_all(told):
    assert told() == []


def test_priority_goes_first_and_only_the_class(told):
    assert told(
        "0,,PS,0,served,500,60,ANAT",
        "10,,PS,1,served,550,60,ANAT",
        "200,,PS,2,served,420,60,ANAT",
    ) == ["560 620 ANAT served", "620 680 ANAT served", "500 560 ANAT served"]


def test_the_order_table_for_appointments(told):
    appointments = {
        "1000,3600,PS,0": "2800",  # early: not later than a walk-in would be
        "2000,3600,PS,0": "3600",  # a little early: at the slot's start
        "4000,3600,PS,0": "4000",  # in its slot
        "5100,3600,PS,0": "5100",  # ten minutes after it: on time
        "5101,3600,PS,0": "6001",  # late: fifteen minutes
        "8100,3600,PS,0": "9000",  # an hour late: still
        "8101,3600,PS,0": "9901",  # a walk-in of that moment
        "1001,3600,PS,2": "1301",  # priority beats the slot
        "5000,3600,PS,2": "5000",  # unless the slot is better
    }
    rows = [f"{facts},left,0,," for facts in appointments]
    assert told(*rows, column="due_s") == list(appointments.values())


def test_leaving_goes_before_a_call_at_the_same_moment(told):
    assert told(
        "0,,PS,0,served,100,60,ANAT",
        "10,,PS,0,left,150,,",
        "20,,PS,0,left,141,,",
        "30,,PS,0,served,200,20,ANAT",
    ) == [
        "100 160 ANAT served",
        "left",
        "160 200 ANAT served",  # the median of 60 and 20
        "200 220 ANAT served",
    ]


def test_who_gives_up_at_once_is_never_called(told):
    assert told("0,,PS,0,served,0,60,ANAT", "90,,PS,0,left,0,,", "95,,PS,0,served,5,5,ANAT") == [
        "0 60 ANAT served",
        "left",
        "95 100 ANAT served",
    ]


def test_who_waits_when_the_last_counter_goes_is_closed(told):
    assert told(
        "0,,PS,0,served,10,100,ANAT",
        "20,,PS,0,served,30,50,ANAT",
        "30,,PS,0,left,90,,",
        "111,,PS,0,left,5,,",  # comes when everybody has gone
        stretch=2,
    ) == ["10 210 ANAT served", "closed", "closed", "left"]


def test_a_call_at_the_last_moment_of_duty(told):
    assert told("0,,PS,0,served,10,100,ANAT", "20,,PS,0,served,30,50,ANAT") == [
        "10 110 ANAT served",
        "110 160 ANAT served",
    ]


def test_a_lane_nobody_serves_waits_in_vain(told):
    assert told("0,,PS,0,served,10,100,ANAT", "5,,TT,0,left,500,,", "5,,TT,0,left,60,,") == [
        "10 110 ANAT served",
        "closed",
        "left",
    ]


def test_a_day_on_which_nobody_was_served(told):
    assert told("0,,PS,0,left,7,,", "3,,PS,2,left,0,,") == ["left", "left"]


def test_no_server_is_a_server(told):
    assert told(
        "0,,PS,0,served,10,100,NO_SERVER",
        "0,,NE,0,served,20,100,ANAT",
        "5,,PS,0,served,150,10,NO_SERVER",
        "6,,NE,0,served,114,10,ANAT",
    ) == [
        "10 110 NO_SERVER served",
        "20 120 ANAT served",
        "110 120 NO_SERVER served",
        "120 130 ANAT served",
    ]


def test_the_longest_idle_counter_calls(told):
    assert told(
        "0,,PS,0,served,0,50,ANAT",
        "10,,PS,0,served,0,20,BENSION",
        "100,,PS,0,served,0,10,ANAT",
        "200,,PS,0,served,0,10,BENSION",
        column="counter",
    ) == ["ANAT", "BENSION", "BENSION", "BENSION"]


def test_of_two_who_are_idle_as_long_the_first_by_name(told):
    assert told("0,,PS,0,served,5,10,ZOHARI", "1,,PS,0,served,4,20,ANAT", column="counter") == [
        "ANAT",
        "ZOHARI",
    ]


def test_people_who_join_at_one_moment_keep_the_order_of_the_file(told):
    rows = [f"50,,PS,0,served,{wait},10,ANAT" for wait in (30, 20, 10)]
    assert told(*rows) == [f"{60 + n} {70 + n} ANAT served" for n in (0, 10, 20)]


def test_a_service_of_no_time_leaves_time_for_the_next(told):
    rows = [f"50,,PS,0,served,{wait},0,ANAT" for wait in (10, 10, 10)]
    assert told(*rows) == ["60 60 ANAT served"] * 3


def test_a_day_goes_on_past_midnight_beside_the_next(told):
    assert told(
        "1999-02-01,86390,,PS,0,served,5,100,ANAT",
        "1999-02-02,10,,PS,0,served,5,100,ANAT",
        "1999-02-01,86420,,PS,2,served,90,100,ANAT",
        "1999-02-01,86425,,PS,0,left,3600,,",
        "1999-02-02,86500,86400,PS,0,served,0,10,ANAT",
    ) == [
        "86395 86495 ANAT served",
        "15 115 ANAT served",
        "86495 86595 ANAT served",
        "86595 86695 ANAT served",
        "86500 86510 ANAT served",
    ]


def test_stretch_keeps_milliseconds(told):
    rows = ("0,,PS,0,served,0,61,ANAT", "1,,PS,0,served,80,7,ANAT")
    assert told(*rows, stretch=1.15) == ["0 70.15 ANAT served", "70.15 78.2 ANAT served"]


def test_long_names(told):
    server, lane = "窗口" * 40, "a lane with a long name " * 4
    assert told(f"0,,{lane},0,served,0,60,{server}") == [f"0 60 {server} served"]

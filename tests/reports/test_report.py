"""A day's report as it is asked for."""

import csv
import io
import re
import zipfile

import pytest

from app.office.charts import FLOOR, TOP, scatter, stacked, whiskers
from tests.house import refused


@pytest.fixture
def supervisor(house):
    return house.sign_in("supervisor")


def a_short_morning(house):
    """Two are served, one does not come, one waits; one is booked."""
    clerk = house.clerk()
    for _ in range(4):
        house.take()
    for end in ("finish", "pass", "finish"):
        house.clock.advance(minutes=4)
        called = clerk.next()["ticket"]
        house.clock.advance(minutes=2)
        if end == "finish":
            clerk.handle(called, "start")
        clerk.handle(called, end)
    house.citizen().identify().book(house.slot("10:30", date="2026-11-23"))


def test_a_day_is_counted(house, supervisor):
    a_short_morning(house)
    day = house.get("/staff/report", supervisor).json
    totals = day["totals"]
    assert day["date"] == "2026-11-23"
    assert (totals["tickets"], totals["served"], totals["waiting"], totals["passed"]) == (
        4,
        2,
        1,
        1,
    )
    assert totals["waits"] == {
        "people": 3,
        "median_s": 600,
        "p90_s": 960,
        "longest_s": 960,
    }
    assert day["arrivals"] == [{"at": "2026-11-23T09:00:00.000+08:00", "counts": {"walk_in": 4}}]
    counter = next(use for use in day["counters"] if use["no"] == "1")
    assert (counter["calls"], counter["served"], counter["passed"]) == (3, 2, 1)
    assert counter["busy_s"] == 360
    assert counter["open_s"] == 18 * 60
    assert day["bookings"]["by_end"]["booked"] == 1
    assert day["ratings"]["unrated"] == 2  # and nobody is counted as satisfied
    assert day["ratings"]["praise"] is None


def test_who_came_with_a_number_on_paper_came_to_the_hall(house, supervisor):
    house.reload(lambda file: file["hall"]["rules"].update(paper_numbers="901-950"))
    body = {"number": "A901", "item": "id-card", "written_at": "08:50"}
    assert house.post("/kiosk/paper-tickets", house.sign_in("guide"), body).status_code == 201
    day = house.get("/staff/report", supervisor).json
    assert day["arrivals"] == [{"at": "2026-11-23T08:30:00.000+08:00", "counts": {"walk_in": 1}}]


def test_a_day_on_which_nobody_came(house, supervisor):
    day = house.get("/staff/report?date=2026-11-20", supervisor).json
    assert day["totals"]["tickets"] == 0
    assert day["arrivals"] == []


def test_the_files_hold_every_ticket_and_no_name(house, supervisor):
    a_short_morning(house)
    answer = house.get("/staff/report.csv", supervisor)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="t-2026-11-23.csv"'
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff号码,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["号码"] for row in rows] == ["A001", "A002", "A003", "A004"]
    assert [row["状态"] for row in rows] == ["已办结", "已过号", "已办结", "等候中"]
    assert rows[0]["等候（分钟）"] == "4.0"
    book = house.get("/staff/report.xlsx", supervisor).data
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert parts.testzip() is None
        words = parts.read("xl/sharedStrings.xml").decode()
        sheets = [parts.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 4, 6)]
    assert "A004" in words
    assert all(float(width) >= 6 for width in re.findall(r'<col [^>]*width="([0-9.]+)"', sheets[2]))
    assert re.search(r'<c r="E2" s="\d+"><v>0\.333', sheets[1])  # a share is a number
    assert "李小明" not in words


@pytest.mark.parametrize("path", ["/staff/report", "/staff/report.csv", "/staff/report.xlsx"])
def test_it_is_for_who_answers_for_the_day(house, path):
    refused(house.get(path), 401, "unauthenticated")
    refused(house.get(path, house.sign_in("clerk1")), 403, "forbidden")
    refused(house.get(path, house.sign_in("guide")), 403, "forbidden")


@pytest.mark.parametrize("date", ["2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_date_that_no_hall_can_have_is_refused(house, supervisor, date):
    refused(house.get(f"/staff/report?date={date}", supervisor), 422, "invalid")
    browser = house.app.test_client()
    browser.set_cookie("shunhao_staff", supervisor)
    page = browser.get(f"/office/report?date={date}")
    assert page.status_code == 200
    assert ">2026-11-23 " in page.get_data(as_text=True)


def test_stacked_columns_stand_on_each_other_and_within_the_plot():
    words = {"walk_in": "现场", "appointment": "预约"}
    chart = stacked([("09:00", {"walk_in": 3, "appointment": 1}), ("09:30", {})], words)
    below, above = chart.bars
    assert below.y + below.height == FLOOR
    assert above.y + above.height == below.y
    assert above.y >= TOP
    assert [tick.says for tick in chart.across] == ["09:00", "09:30"]
    assert [tick.says for tick in chart.up] == ["0", "1", "2", "3", "4"]


def test_charts_of_nothing_are_empty():
    assert stacked([], {}).bars == ()
    assert whiskers([("09:00", {})], {"walk_in": "现场"}).bars == ()
    assert scatter([]).marks == ()


def test_what_was_foretold_truly_lies_on_the_line():
    chart = scatter([(20, 20), (10, 20)])
    exact, late = chart.marks
    assert chart.diagonal == (exact.x, exact.y)
    assert late.x < exact.x
    assert late.y == exact.y

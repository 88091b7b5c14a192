"""A day's report as files for other programs: CSV, a line a ticket, and a workbook of all tables.

Nobody is named.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from unicodedata import east_asian_width

import xlsxwriter

from app.appointments.states import WORDS as BOOKING_WORDS
from app.catalog.plan import HallDay, HallPlan
from app.core import csv_files
from app.core.language import gettext as _
from app.core.language import named
from app.ratings.rules import GRADE_WORDS
from app.reports.rules import KINDS, DayReport, Span, Visit, Waits
from app.tickets.states import STATE_WORDS

Cell = str | int | float | None
Rows = Iterator[Sequence[Cell]]
WIDEST = 40
"""Characters of a column; the items of a visit may take more."""


class Share(float):
    """A number that a sheet shows as a percentage."""

    def __str__(self) -> str:
        return f"{self:.0%}"


def tickets_csv(plan: HallPlan, day: HallDay, visits: Iterable[Visit]) -> str:
    """A line for each ticket of the day."""
    return csv_files.whole(_tickets(plan, day, visits))


def workbook(plan: HallPlan, day: HallDay, report: DayReport, visits: Iterable[Visit]) -> bytes:
    """Every table of the report on a sheet of its own, and the tickets."""
    tables = {
        _("概况"): _overview(plan, day, report),
        _("到厅人数"): _counted(plan, day, report.arrivals, KINDS),
        _("等候时间"): _waits(plan, day, report),
        _("窗口"): _counters(report),
        _("预约"): _counted(plan, day, report.bookings.by_time, BOOKING_WORDS),
        _("号票"): _tickets(plan, day, visits),
    }
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        share = book.add_format({"num_format": "0%"})
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            written = list(rows)
            for row, cells in enumerate(written):
                for column, cell in enumerate(cells):
                    style = bold if row == 0 else share if isinstance(cell, Share) else None
                    sheet.write(row, column, cell, style)
            for column, cells in enumerate(zip_longest(*written)):
                sheet.set_column(column, column, min(WIDEST, 2 + max(map(_width, cells))))
    return file.getvalue()


def _overview(plan: HallPlan, day: HallDay, report: DayReport) -> Rows:
    totals, truth, bookings = report.totals, report.truth, report.bookings
    yield named(plan), day.date.isoformat()
    yield _("号票"), totals.tickets
    yield _("到厅"), totals.entered
    yield _("已办结"), totals.served
    yield _("正在等候"), totals.waiting
    yield _("没有办就走了"), totals.left
    yield _("叫号时不在"), totals.passed
    yield _("等候中位数（分钟）"), _minutes(totals.waits.median_s)
    yield _("九成的人等候不超过（分钟）"), _minutes(totals.waits.p90_s)
    yield _("最长等候（分钟）"), _minutes(totals.waits.longest_s)
    yield _("在预计的较长时间以内叫到"), _percent(truth.before_p90)
    yield _("预约未到"), _percent(bookings.missed_share)
    for grade, words in GRADE_WORDS.items():
        yield _(words), report.ratings.grades[grade]
    yield _("没有评价"), report.ratings.unrated
    yield _("满意率（只算评价的）"), _percent(report.ratings.praise)


def _counted(plan: HallPlan, day: HallDay, spans: Iterable[Span], what: Mapping[str, str]) -> Rows:
    yield _("时间"), *(_(words) for words in what.values())
    for span in spans:
        yield _clock(plan, day, span.at), *(span.counts.get(one, 0) for one in what)


def _waits(plan: HallPlan, day: HallDay, report: DayReport) -> Rows:
    yield (
        _("到厅时间或队列"),
        _("类别"),
        _("人数"),
        _("中位数（分钟）"),
        _("九成以内（分钟）"),
        _("最长（分钟）"),
    )
    for hour in report.waits_by_hour:
        for kind, waits in hour.waits.items():
            if waits.people:
                yield _clock(plan, day, hour.at), _(KINDS[kind]), *_of_waits(waits)
    for lane, waits in report.waits_by_lane.items():
        yield lane, lane_name(plan, lane), *_of_waits(waits)


def _counters(report: DayReport) -> Rows:
    yield (
        _("窗口"),
        _("名称"),
        _("开放（分钟）"),
        _("办理（分钟）"),
        _("利用率"),
        _("叫号"),
        _("已办结"),
        _("过号次数"),
        _("办理中位数（分钟）"),
    )
    for use in report.counters:
        yield (
            int(use.no) if use.no.isdigit() else use.no,
            use.name,
            _minutes(use.open_s),
            _minutes(use.busy_s),
            _percent(use.share),
            use.calls,
            use.served,
            use.passed,
            _minutes(use.service_s),
        )


def _tickets(plan: HallPlan, day: HallDay, visits: Iterable[Visit]) -> Rows:
    yield (
        _("号码"),
        _("队列"),
        _("事项"),
        _("类别"),
        _("状态"),
        _("到厅"),
        _("叫号"),
        _("离开"),
        _("窗口"),
        _("等候（分钟）"),
        _("办理（分钟）"),
        _("过号次数"),
        _("最初预计（分钟）"),
        _("预计不超过（分钟）"),
    )
    for visit in visits:
        yield (
            visit.number,
            lane_name(plan, visit.lane),
            _("、").join(named(plan.item_coded(code)) for code in visit.items),
            _(KINDS[visit.kind]),
            _(STATE_WORDS[visit.state]),
            *(_clock(plan, day, at) for at in (visit.entered, visit.called, visit.ended)),
            visit.counter,
            _minutes(visit.waited_s),
            _minutes(visit.served_s) if visit.called is not None else None,
            visit.passes,
            _minutes(visit.told and visit.told.p50_s),
            _minutes(visit.told and visit.told.p90_s),
        )


def lane_name(plan: HallPlan, lane: str) -> str:
    """Also of a lane that has left the hall file."""
    found = plan.lanes.get(lane) or plan.retired_lanes.get(lane)
    return named(found) if found else lane


def _of_waits(waits: Waits) -> list[Cell]:
    seconds = (waits.median_s, waits.p90_s, waits.longest_s)
    return [waits.people, *map(_minutes, seconds)]


def _clock(plan: HallPlan, day: HallDay, at: int | None) -> str | None:
    return None if at is None else f"{day.instant(at).astimezone(plan.zone):%H:%M}"


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _percent(share: float | None) -> Share | None:
    return None if share is None else Share(round(share, 4))


def _width(cell: Cell) -> int:
    """Columns it takes; a Chinese character is two wide."""
    text = "" if cell is None else str(cell)
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)

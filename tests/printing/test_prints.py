"""From the tap to the paper: what is written with a number, who prints it, and how often."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text, true, update

from app.commands.running import worker
from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.operators.metrics import scrape
from app.printing import line, sending
from app.printing.jobs import print_due
from app.printing.queries import TABLE
from app.printing.rules import Came, Standing, State
from app.printing.service import NUDGE
from app.staff.queries import DEVICES
from app.staff.service import put_device
from app.worker import run_worker
from tests.house import HALL, KIOSK_TOKEN, open_house, refused
from tests.printing.printer import OPEN, READY, Printer, read
from tests.servers import own_port
from tests.stores import each_store_once


@pytest.fixture
def hall(every_settings):
    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        db.engine.dispose()


@pytest.fixture
def printer():
    made = Printer()
    yield made
    made.close()


@pytest.fixture
def nobody():
    """A port on which nobody listens."""
    with own_port() as port:
        yield port


def plug(house, port, machine="取号机", *, answers=True):
    """Give the machine a printer at this port of this machine."""
    known = {"host": "127.0.0.1", "port": port, "mode": "text", "paper_mm": 80, "answers": answers}
    changed = update(DEVICES).where(DEVICES.c.name == machine).values(printer=known)
    house.within(lambda: db.session.execute(changed))


def alone(house, job):
    """A job, which has its own transactions."""
    with house.app.app_context():
        return job()


def prints(house):
    return house.within(
        lambda: [dict(row) for row in db.session.execute(select(TABLE)).mappings().all()]
    )


def states(house):
    return sorted(each["state"] for each in prints(house))


def told(house, ticket):
    return house.get(f"/kiosk/tickets/{ticket['id']}/print", KIOSK_TOKEN)


@each_store_once
def test_a_number_is_printed_once_by_a_worker(hall, printer):
    house = hall
    plug(house, printer.port)
    first = house.take()
    house.clock.advance(seconds=1)
    second = house.take()
    assert states(house) == ["pending", "pending"]
    run_worker(house.app, burst=True)
    papers = [read(paper) for paper in printer.papers]
    assert [paper.lines[2] for paper in papers] == [first["number"], second["number"]]
    assert papers[0].lines[:2] == ["测试大厅", "A 户籍"]
    assert "前面还有 1 人" in papers[1].lines
    assert papers[0].codes[0].endswith(f"/t/{first['token']}")
    assert told(house, first).json == {"state": "printed", "printer": "ready"}
    assert alone(house, print_due) == 0
    assert len(printer.papers) == 2


def test_a_worker_may_serve_some_queues_only(house, printer):
    plug(house, printer.port)
    house.take()
    command = house.app.test_cli_runner().invoke
    for queue, state in (("notices", "pending"), ("prints", "printed")):
        with house.app.app_context():
            assert command(worker, ["--burst", "--queue", queue]).exit_code == 0
        assert states(house) == [state]


def test_a_machine_without_a_printer_writes_and_nudges_nothing(house):
    ticket = house.take()
    assert prints(house) == []
    assert not house.app.extensions["parts"].rq.exists(NUDGE.flag)
    refused(told(house, ticket), 404, "print_not_found")


def test_the_same_tap_again_prints_nothing_again(house, printer):
    plug(house, printer.port)
    for _ in range(2):
        house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, key="one tap")
    refused(house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "nothing"}), 404, "unknown_item")
    assert len(prints(house)) == 1


def test_who_asks_for_it_gets_another_paper_with_the_code(house, printer):
    plug(house, printer.port)
    ticket = house.take_from_afar()
    house.check_in(ticket)
    alone(house, print_due)
    house.post("/kiosk/reprints", KIOSK_TOKEN, {"ticket": ticket["token"]})
    alone(house, print_due)
    assert [len(read(paper).codes) for paper in printer.papers] == [0, 1]


def test_a_printer_that_is_away_blocks_no_number_and_prints_once_it_is_back(house, printer, nobody):
    plug(house, nobody)
    ticket = house.take()
    assert house.ticket(ticket)["state"] == "waiting"
    alone(house, print_due)
    assert told(house, ticket).json == {"state": "pending", "printer": "away"}
    plug(house, printer.port)
    assert alone(house, print_due) == 0  # it is left alone for a moment
    house.clock.advance(seconds=4)
    alone(house, print_due)
    assert told(house, ticket).json == {"state": "printed", "printer": "ready"}


def test_a_paper_too_late_is_none(house, printer):
    printer.offline = OPEN
    plug(house, printer.port)
    ticket = house.take()
    alone(house, print_due)
    assert told(house, ticket).json == {"state": "pending", "printer": "cover_open"}
    printer.offline = READY
    house.clock.advance(seconds=61)
    alone(house, print_due)
    assert told(house, ticket).json == {"state": "failed", "printer": "cover_open"}
    assert not any(b"A001" in paper for paper in printer.papers)


def test_what_nobody_knows_is_not_repeated(house, nobody):
    plug(house, nobody)
    ticket = house.take()
    sent = []

    def breaks(_printer, paper):
        sent.append(paper)
        raise RuntimeError("in the middle of it")

    alone(house, lambda: sending.print_next(breaks))
    for _ in range(3):
        house.clock.advance(seconds=40)
        alone(house, lambda: sending.print_next(breaks))
    assert len(sent) == 1
    assert told(house, ticket).json == {"state": "unknown", "printer": "silent"}


@each_store_once
def test_a_worker_that_died_over_it_leaves_it_unknown_and_the_next_one_prints(hall, printer):
    house = hall
    plug(house, printer.port)
    first = house.take()
    house.clock.advance(seconds=1)
    second = house.take()
    begun = alone(house, lambda: sending.begin_next(house.clock.now()))
    assert alone(house, print_due) == 0  # its printer is taken
    house.clock.advance(seconds=31)
    alone(house, print_due)
    assert told(house, first).json["state"] == "unknown"
    assert told(house, second).json["state"] == "printed"
    assert [read(paper).lines[2] for paper in printer.papers] == [second["number"]]
    late = Came(State.PRINTED, Standing.READY)

    def come_back():
        with transaction():
            sending.record(begun, late, house.clock.now())

    alone(house, come_back)
    assert told(house, first).json["state"] == "printed"


@each_store_once
def test_many_workers_print_each_paper_once_one_after_the_other(hall, printer):
    house = hall
    plug(house, printer.port)
    numbers = sorted(house.take()["number"] for _ in range(8))
    count, at_once, most = threading.Lock(), [0], [0]

    def counted(to, paper):
        with count:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        came = line.send(to, paper)
        with count:
            at_once[0] -= 1
        return came

    def work(_):
        while states(house) != ["printed"] * 8:
            alone(house, lambda: sending.print_next(counted))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(read(paper).lines[2] for paper in printer.papers) == numbers
    assert most == [1]
    assert states(house) == ["printed"] * 8


def test_without_the_guard_two_papers_print_into_one_another(house, printer, monkeypatch):
    """The control of the test above: what it counts would be two."""
    plug(house, printer.port)
    house.take()
    house.take()
    house.within(lambda: db.session.execute(text("DROP INDEX ux_prints_device_id_under_way")))
    monkeypatch.setattr(sending, "is_free", true)
    both_print = threading.Barrier(2, timeout=120)

    def meets_the_other(to, paper):
        both_print.wait()
        return line.send(to, paper)

    with ThreadPoolExecutor(2) as pool:
        prints = [
            pool.submit(alone, house, lambda: sending.print_next(meets_the_other)) for _ in range(2)
        ]
        assert [each.result() for each in prints] == [True, True]


def test_a_printer_that_is_away_keeps_no_other_from_printing(house, printer, nobody):
    act = Act(house.clock.now(), SYSTEM)
    house.within(lambda: put_device("another", "kiosk", HALL, "二号机", act))
    plug(house, nobody)
    plug(house, printer.port, "二号机")
    away = house.take()
    here = house.post("/kiosk/tickets", "another", {"item": "id-card"}).json
    alone(house, print_due)
    assert [read(paper).lines[2] for paper in printer.papers if b"A0" in paper] == [here["number"]]
    metrics = alone(house, scrape).decode()
    assert 'shunhao_printer_ready{hall="t",printer="取号机",standing="away"} 0.0' in metrics
    assert 'shunhao_printer_ready{hall="t",printer="二号机",standing="ready"} 1.0' in metrics
    assert 'shunhao_printer_prints{hall="t",state="printed"} 1.0' in metrics
    assert told(house, away).json == {"state": "pending", "printer": "away"}


def test_the_office_gives_a_machine_its_printer_and_sees_how_it_stands(house, printer):
    lead = house.sign_in("supervisor")
    devices = house.get("/staff/devices", lead).json
    machine = next(each for each in devices if each["kind"] == "kiosk")
    path = f"/staff/devices/{machine['id']}/printer"
    body = {"printer": {"host": "192.168.1.50", "mode": "raster"}}
    known = house.post(path, lead, body).json
    assert [(each["device"], each["port"], each["standing"]) for each in known] == [
        (machine["id"], 9100, None)
    ]
    for host, port in [("192.168.1.50", 6379), ("127.0.0.1", 9100), ("printer.example", 9100)]:
        wrong = {"printer": {"host": host, "port": port}}
        refused(house.post(path, lead, wrong), 422, "printer_address_not_allowed")
    plug(house, printer.port)
    alone(house, print_due)
    assert house.get("/staff/printers", lead).json[0]["standing"] == "ready"
    assert house.post(path, lead, {"printer": None}).json == []
    house.take()
    assert house.within(
        lambda: db.session.execute(select(func.count()).select_from(TABLE)).scalar_one()
    ) == 0


@each_store_once
def test_the_office_prints_a_test_page_by_the_way_that_numbers_take(hall, printer, nobody):
    house = hall
    lead = house.sign_in("supervisor")
    machine = next(
        each for each in house.get("/staff/devices", lead).json if each["kind"] == "kiosk"
    )
    path = f"/staff/devices/{machine['id']}/printer"
    refused(house.post(f"{path}/test", lead, {}), 404, "printer_not_found")
    plug(house, nobody)
    for _ in range(2):  # one that waits is enough
        known = house.post(f"{path}/test", lead, {}).json[0]
    assert (known["waiting"], known["test"]["state"]) == (1, "pending")
    alone(house, print_due)
    away = house.get("/staff/printers", lead).json[0]
    house.clock.advance(seconds=4)
    alone(house, print_due)
    still = house.get("/staff/printers", lead).json[0]
    assert (still["standing"], still["since"]) == ("away", away["since"])
    assert still["at"] > away["at"]
    plug(house, printer.port)
    house.clock.advance(seconds=4)
    alone(house, print_due)
    page = read(printer.papers[0])
    assert page.lines[:4] == ["测试大厅", "取号机", "测试", f"127.0.0.1:{printer.port}"]
    known = house.get("/staff/printers", lead).json[0]
    assert (known["standing"], known["waiting"], known["test"]["state"]) == ("ready", 0, "printed")
    assert known["since"] > away["since"]
    # what the command line named may stay; what else is set of it may change
    kept = {"host": "127.0.0.1", "port": printer.port, "paper_mm": 58}
    assert house.post(path, lead, {"printer": kept}).json[0]["paper_mm"] == 58
    deeds = [deed["deed"] for deed in house.get("/staff/devices/deeds", lead).json]
    assert deeds == ["printer_set", "printer_tested", "printer_tested"]

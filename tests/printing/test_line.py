"""What is known of a paper after a printer did its worst."""

import threading
from dataclasses import replace

import pytest

from app.printing.line import send, stand
from app.printing.rules import Came, Mode, Printer, Standing, State
from tests.printing import printer as played
from tests.servers import own_port

PAPER = b"\x1b@" + b"A001\n" * 200
SHORT = replace(played.QUICK, ask=0.2, done=0.2)
"""For what never comes."""


@pytest.fixture
def plugged():
    made = []

    def plug(answers=True, **manner):
        made.append(played.Printer(**manner))
        return made[-1], Printer("127.0.0.1", made[-1].port, Mode.TEXT, 80, answers)

    yield plug
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("manner", "standing"),
    [
        ({}, Standing.READY),
        ({"paper": b"\x01" + played.READY}, Standing.READY),  # a byte that answers nothing
        ({"paper": played.PAPER_LOW, "done": b"\x03"}, Standing.PAPER_LOW),
    ],
)
def test_a_printer_that_prints_says_so(plugged, manner, standing):
    device, printer = plugged(**manner)
    assert send(printer, PAPER, played.QUICK) == Came(State.PRINTED, standing)
    assert device.papers == [PAPER]


@pytest.mark.parametrize(
    ("manner", "standing"),
    [
        ({"paper": played.PAPER_OUT}, Standing.NO_PAPER),
        ({"offline": played.OPEN}, Standing.COVER_OPEN),
        ({"offline": b"\x52"}, Standing.BROKEN),
        ({"offline": None}, Standing.SILENT),
        ({"meanwhile": lambda *_: True}, Standing.SILENT),  # it hangs up at once
    ],
)
def test_nothing_leaves_for_a_printer_that_would_not_print(plugged, manner, standing):
    device, printer = plugged(**manner)
    limits = SHORT if standing is Standing.SILENT else played.QUICK
    assert send(printer, PAPER, limits) == Came(None, standing)
    assert stand(printer, limits) == standing
    assert not any(b"A001" in paper for paper in device.papers)


def test_nobody_listens():
    with own_port() as port:
        printer = Printer("127.0.0.1", port, Mode.TEXT, 80, answers=True)
        assert send(printer, PAPER) == Came(None, Standing.AWAY)
        assert stand(printer) == Standing.AWAY


def test_what_is_no_address_is_away():
    printer = Printer("no such name.invalid", 9100, Mode.TEXT, 80, answers=True)
    assert stand(printer) == Standing.AWAY


@pytest.mark.parametrize(
    "manner", [{"done": None}, {"meanwhile": played.cut_off}], ids=["never says", "breaks off"]
)
def test_nobody_knows_what_came_out(plugged, manner):
    _, printer = plugged(**manner)
    limits = SHORT if "done" in manner else played.QUICK
    assert send(printer, PAPER, limits) == Came(State.UNKNOWN, Standing.SILENT)


def test_a_printer_that_only_listens_has_it_once_it_closes(plugged):
    device, printer = plugged(answers=False, offline=None, paper=None)
    assert send(printer, PAPER, played.QUICK) == Came(State.SENT, Standing.READY)
    assert device.papers == [PAPER]


def test_a_printer_that_never_reads_is_not_waited_for_without_end(plugged):
    released = threading.Event()
    _, printer = plugged(answers=False, meanwhile=lambda *_: released.wait(60))
    much = b"A001\n" * 4_000_000  # more than the line itself can hold
    try:
        told = send(printer, much, replace(played.QUICK, send=0.5))
    finally:
        released.set()
    assert told == Came(State.UNKNOWN, Standing.SILENT)

"""The line to a printer: asked how it is, told what to print, asked whether it is done.

What it is asked and says is one byte each (ESC/POS, DLE EOT and GS r). Before anything to print
leaves, a printer that is away, out of paper or open costs nothing but a moment; from then on only
its own word says that the paper came out.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.printing.rules import PRINTS, Came, Printer, Standing, State

log = logging.getLogger(__name__)

WHY_OFFLINE, PAPER, WHEN_DONE = b"\x10\x04\x02", b"\x10\x04\x04", b"\x1dr\x01"
"""Two answered at once, whatever lies in the buffer; the third after all that was sent before."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. All of them together are well below rules.LEASE."""

    connect: float = 2.0
    ask: float = 1.5
    send: float = 6.0
    done: float = 10.0
    """A paper of 15 cm takes two or three."""


LIMITS = Limits()


class _Cut(Exception):
    """The line broke, or time is up."""


def stand(printer: Printer, limits: Limits = LIMITS) -> Standing:
    """How a printer is; one that never says anything is ready if it is there."""
    try:
        with _line(printer, limits) as line:
            return _asked(line, printer, limits)
    except OSError:
        return Standing.AWAY


def send(printer: Printer, paper: bytes, limits: Limits = LIMITS) -> Came:
    """Print this, if the printer prints."""
    try:
        line = _line(printer, limits)
    except OSError:
        return Came(None, Standing.AWAY)
    with line:
        standing = _asked(line, printer, limits)
        if standing not in PRINTS:
            return Came(None, standing)
        return _told(line, printer, paper, standing, limits)


def _told(
    line: socket.socket, printer: Printer, paper: bytes, standing: Standing, limits: Limits
) -> Came:
    """From the first byte on, what is not known to be printed is unknown."""
    try:
        line.settimeout(limits.send)
        line.sendall(paper + WHEN_DONE if printer.answers else paper)
        if not printer.answers:
            _closed(line, limits.done)
            return Came(State.SENT, standing)
        said = _byte(line, limits.done, lambda byte: byte & 0x90 == 0)
    except (OSError, _Cut) as error:
        log.warning("printer %s:%s: %s", printer.host, printer.port, error or type(error).__name__)
        return Came(State.UNKNOWN, Standing.SILENT)
    return Came(State.PRINTED, _of_paper(low=said & 0x03 != 0, out=said & 0x0C != 0))


def _asked(line: socket.socket, printer: Printer, limits: Limits) -> Standing:
    if not printer.answers:
        return Standing.READY
    try:
        line.settimeout(limits.ask)
        line.sendall(WHY_OFFLINE)
        offline = _byte(line, limits.ask, _is_status)
        line.sendall(PAPER)
        paper = _byte(line, limits.ask, _is_status)
    except (OSError, _Cut):
        return Standing.SILENT
    if offline & 0x04:
        return Standing.COVER_OPEN
    if offline & 0x40:
        return Standing.BROKEN
    return _of_paper(low=paper & 0x0C != 0, out=paper & 0x60 != 0 or offline & 0x20 != 0)


def _of_paper(*, low: bool, out: bool) -> Standing:
    if out:
        return Standing.NO_PAPER
    return Standing.PAPER_LOW if low else Standing.READY


def _is_status(byte: int) -> bool:
    """Whether it answers DLE EOT: four of its bits never change."""
    return byte & 0x93 == 0x12


def _line(printer: Printer, limits: Limits) -> socket.socket:
    return socket.create_connection((printer.host, printer.port), limits.connect)


def _byte(line: socket.socket, seconds: float, fits: Callable[[int], bool]) -> int:
    """The first byte that fits; others are some other answer. Raises OSError, _Cut."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        line.settimeout(left)
        said = line.recv(1)
        if not said:
            raise _Cut("it hung up")
        if fits(said[0]):
            return said[0]
    raise _Cut("it does not answer")


def _closed(line: socket.socket, seconds: float) -> None:
    """Wait until the other side has read all and closes, too. Raises OSError, _Cut."""
    line.shutdown(socket.SHUT_WR)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        line.settimeout(left)
        if not line.recv(256):
            return
    raise _Cut("it does not close")

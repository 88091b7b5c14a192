"""The demo's printer shows what a machine's paper looks like."""

import io
import threading

import pytest
from PIL import Image

from app.printing.drivers import bytes_of
from app.printing.line import send, stand
from app.printing.paper import Paper
from app.printing.rules import Came, Mode, Printer, Standing, State
from embedded.printer import KEPT, Listener, Roll, answer
from tests.printing.printer import QUICK, read_code

PAPER = Paper("大厅", "A 户籍", "A012", ("身份证",), "https://hall.example/t/abc", ("请留意",))


@pytest.fixture
def roll():
    return Roll()


@pytest.fixture
def printer(roll):
    with Listener(0, roll) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield Printer("127.0.0.1", listener.server_address[1], Mode.RASTER, 80, answers=True)
        listener.shutdown()


def test_what_is_printed_stands_on_its_page(roll, printer):
    assert b"Nothing yet" in answer("/", roll)[0]
    assert stand(printer, QUICK) == Standing.READY
    for _ in range(KEPT + 1):
        came = send(printer, bytes_of(PAPER, printer), QUICK)
        assert came == Came(State.PRINTED, Standing.READY)
    page = answer("/", roll)[0].decode()
    assert page.count("<img") == KEPT
    assert page.index(f"/{KEPT + 1}.png") < page.index("/2.png")
    png, kind = answer("/2.png", roll)
    assert kind == "image/png"
    assert read_code(Image.open(io.BytesIO(png))) == PAPER.address
    assert answer("/1.png", roll)[0] == b""

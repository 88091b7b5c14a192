"""Public records over HTTP: what a service may answer, and everything else it may do."""

import json
import logging
import socket
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.core.public_records import Answer, Question, Silence, Truth, unknown
from app.renewals import public_records
from app.renewals.public_records import HttpPublicRecords, NoRecords, file_records
from config.relays import DEMO_RECORDS
from tests.house import credit_code, id_number
from tests.raw_server import Raw, drip
from wire import Limits

HASTY = Limits(connect=0.5, read=0.3, total=0.6)
NUMBER = credit_code()
ASKED = (Question.NO_PENALTY, "firm", NUMBER)
SOURCE = "公共信用信息平台"
AS_OF = "2026-11-22T03:00:00+08:00"
TOLD = datetime(2026, 11, 21, 19, tzinfo=UTC)


def said(**answer: object) -> bytes:
    return json.dumps({"answer": "yes", "source": SOURCE, "as_of": AS_OF, **answer}).encode()


class Service:
    """A service that answers every question with this."""

    def __init__(self, status: int, answer: bytes) -> None:
        self.asked: list[tuple[str | None, dict[str, str]]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((self.headers["Authorization"], json.loads(body)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/ask"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def answer_of(status: int, answer: bytes) -> Answer:
    service = Service(status, answer)
    try:
        return HttpPublicRecords(service.url, "a key").ask(*ASKED)
    finally:
        service.close()


def test_what_it_is_asked():
    service = Service(200, said())
    try:
        HttpPublicRecords(service.url, "a key").ask(Question.NOT_DISHONEST, "person", id_number())
    finally:
        service.close()
    body = {"question": "not_dishonest", "holder_kind": "person", "holder_number": id_number()}
    assert service.asked == [("Bearer a key", body)]


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (said(), Answer(Truth.YES, SOURCE, as_of=TOLD)),
        (said(source=f" {SOURCE}\n"), Answer(Truth.YES, SOURCE, as_of=TOLD)),
        (said(reference=None), Answer(Truth.YES, SOURCE, as_of=TOLD)),
        (said(answer="no"), Answer(Truth.NO, SOURCE, as_of=TOLD)),
        (
            said(answer="no", reference="清市监罚〔2026〕12 号", more="is not read"),
            Answer(Truth.NO, SOURCE, "清市监罚〔2026〕12 号", TOLD),
        ),
        (said(answer="unknown"), unknown(Silence.NOT_KNOWN, SOURCE)),
        (b'{"answer": "unknown"}', unknown(Silence.NOT_KNOWN)),
    ],
)
def test_what_it_may_answer(answer, heard):
    assert answer_of(200, answer) == heard


def test_what_is_kept_does_not_name_the_holder():
    heard = answer_of(200, said(answer="no", reference=f"{NUMBER} 的处罚"))
    assert heard.reference == f"{NUMBER[:4]}**********{NUMBER[-4:]} 的处罚"


@pytest.mark.parametrize(
    "answer",
    [
        said(answer=True),
        said(answer="YES"),
        said(answer=""),
        said(answer=["yes"]),
        said(answer=None),
        said(source=""),
        said(source=7),
        said(source="源" * 101),
        said(as_of=""),
        said(as_of="yesterday"),
        said(as_of="2026-11-22T03:00:00"),  # by whose clock
        said(as_of=1_795_000_000),
        said(as_of="0001-01-01T00:00:00+14:00"),
        said(as_of="9999-12-31T23:00:00Z"),
        said(source="\ud800"),
        said(reference=["清市监罚"]),
        said(reference="清市监\x00罚"),
        said(reference="号" * 101),
        b"{}",
        b"[]",
        b'"yes"',
        b"yes",
        b"<html>",
        b"\xff",
        b"[" * 100_000,
        b"",
    ],
)
def test_nonsense_is_no_answer_and_is_noted_without_the_holder(answer, caplog):
    caplog.set_level(logging.DEBUG)
    assert answer_of(200, answer) == unknown(Silence.NOT_UNDERSTOOD)
    assert "no_penalty" in caplog.text
    assert not [secret for secret in (NUMBER, "a key") if secret in caplog.text]


@pytest.mark.parametrize("status", [204, 302, 401, 404, 429, 500, 503])
def test_whatever_is_no_success_is_no_answer(status):
    assert answer_of(status, said(answer="no")) == unknown(Silence.NOT_ANSWERED)


def test_a_service_that_is_away_is_no_answer(caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    records = HttpPublicRecords(f"http://127.0.0.1:{port}/", "a key")
    assert records.ask(*ASKED) == unknown(Silence.NOT_ANSWERED)
    assert NUMBER not in caplog.text


@pytest.mark.parametrize("manner", [drip, lambda wire: time.sleep(20), lambda wire: wire.close()])
def test_a_service_that_is_slow_or_hangs_up_is_left_in_time(manner):
    server = Raw(manner)
    began = time.monotonic()
    try:
        records = HttpPublicRecords(f"http://127.0.0.1:{server.port}/", "a key", HASTY)
        assert records.ask(*ASKED) == unknown(Silence.NOT_ANSWERED)
    finally:
        server.close()
    assert time.monotonic() - began < 4  # dripping takes 5 s


def test_while_many_wait_for_it_others_do_not(monkeypatch):
    monkeypatch.setattr(public_records, "ASKING_AT_MOST", 0)
    records = HttpPublicRecords("http://127.0.0.1:1/", "a key")
    monkeypatch.setattr(public_records, "Wire", None)  # whoever asked now would fail
    assert records.ask(*ASKED) == unknown(Silence.NOT_ANSWERED)


def test_where_none_is_connected_nothing_is_known():
    assert NoRecords().ask(*ASKED) == unknown(Silence.NOT_CONNECTED)


def test_the_demo_s_file_can_be_read_and_has_nothing_against_who_is_not_in_it():
    records = file_records(DEMO_RECORDS, lambda: TOLD)
    heard = records.ask(Question.NO_PENALTY, "person", id_number())
    assert (heard.truth, heard.as_of) == (Truth.YES, TOLD)
    assert "演示" in heard.source  # nobody takes it for a real one


def test_what_a_file_says_of_a_holder(tmp_path):
    file = tmp_path / "records.yaml"
    file.write_text(
        f"""
source: 平台
holders:
  "{NUMBER}": {{no_penalty: false, holder_active: null, reference: 清罚 1 号}}
  {id_number()[:17]}1: {{away: true}}
""",
        encoding="utf-8",
    )
    records = file_records(file, lambda: TOLD)
    assert records.ask(*ASKED) == Answer(Truth.NO, "平台", "清罚 1 号", TOLD)
    heard = records.ask(Question.HOLDER_ACTIVE, "firm", NUMBER)
    assert heard == unknown(Silence.NOT_KNOWN, "平台")
    assert records.ask(Question.NOT_DISHONEST, "firm", NUMBER).truth is Truth.YES
    away = records.ask(Question.HOLDER_ACTIVE, "person", f"{id_number()[:17]}1")
    assert away == unknown(Silence.NOT_ANSWERED)


def test_a_file_that_changed_is_read_again(tmp_path):
    file = tmp_path / "records.yaml"
    file.write_text("source: 平台\nholders: {}\n", encoding="utf-8")
    records = file_records(file, lambda: TOLD)
    assert records.ask(*ASKED).truth is Truth.YES
    file.write_text(f'source: 平台\nholders:\n  "{NUMBER}": {{no_penalty: false}}\n', "utf-8")
    assert records.ask(*ASKED).truth is Truth.NO
    for broken in ("holders: [", "holders: {}\n", "- 1\n", "source: 平台\nholders: 3\n"):
        file.write_text(broken, encoding="utf-8")
        assert records.ask(*ASKED) == unknown(Silence.NOT_UNDERSTOOD)

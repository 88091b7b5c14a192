import io
import json
import logging

import pytest

from config.logging import JsonLines, logging_config
from config.masking import masked


def test_a_line_is_one_json_object_with_what_was_added():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.Logger("hall")
    logger.addHandler(handler)
    try:
        raise ValueError("第一行\n第二行")
    except ValueError:
        logger.exception("号票 %s", "A012", extra={"hall": "yun"})
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told["message"] == "号票 A012"
    assert told["hall"] == "yun"
    assert told["level"] == "ERROR"
    assert told["time"].endswith("+00:00")
    assert "ValueError" in told["traceback"]
    assert set(told) == {"time", "level", "logger", "message", "hall", "traceback"}


TOKEN = "mcWbMWDV9aqh3eMCGWKSlPG-lF_pDPXpIRi6P-tARyk"
HIDDEN = {
    "Authorization: Bearer abc.def": "Authorization: Bearer <token>",
    f"no row for {TOKEN} here": "no row for <token> here",
    "key shk_Ab-9 of": "key <key> of",
    "GET /sns/jscode2session?appid=wx1&secret=s3&js_code=0a1 HTTP/1.1": (
        "GET /sns/jscode2session?appid=wx1&secret=<hidden>&js_code=<hidden> HTTP/1.1"
    ),
    f"GET /t/{'0f' * 16} 200": "GET /t/<token> 200",
    "redis://user:word@cache:6379/0 is away": "redis://<credentials>@cache:6379/0 is away",
    "DETAIL:  Key (username)=(wang) already exists.": "DETAIL:  <hidden>",
    "{'name': '李小明', 'state': 'open'}": "{'name': '<hidden>', 'state': 'open'}",
    '{"id_number": "x\\"y", "hall": "t"}': '{"id_number": "<hidden>", "hall": "t"}',
    "of 110105199004010012, tell 13800138000.": "of <id number>, tell <phone>.",
    "+8613800138000": "<phone>",
}
SHOWN = (
    "号票 A012",
    "request 0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "2026-11-23T01:00:00.123+00:00 took 1763859600123 ms",
    "sequence of yun 20261123: 3 entries mended",
    "http://127.0.0.1:8000/halls/t/board",
)


@pytest.mark.parametrize("said", HIDDEN)
def test_what_no_line_shows(said):
    assert masked(said) == HIDDEN[said]


@pytest.mark.parametrize("said", SHOWN)
def test_what_a_line_may_show(said):
    assert masked(said) == said


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_each_format_masks_message_extras_and_tracebacks(log_format):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    asked = dict(logging_config("INFO", log_format)["formatters"][log_format])
    handler.setFormatter(asked.pop("()")(**asked))
    logger = logging.Logger("hall")
    logger.addHandler(handler)
    try:
        raise KeyError("110105199004010012")
    except KeyError:
        logger.exception("told %s", "13800138000", extra={"of": {"name": "李小明"}})
    told = stream.getvalue()
    assert "KeyError" in told
    for secret in ("110105199004010012", "13800138000", "李小明"):
        assert secret not in told

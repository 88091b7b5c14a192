import io
import json
import logging

from config.logging import JsonLines


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

"""Logs: one JSON object a line where machines read them, plain lines where people do."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime

from config import logged_about
from config.masking import masked
from config.settings import LogFormat

ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes every record has; any other was given as `extra`."""


class JsonLines(logging.Formatter):
    """Time (UTC), level, logger and message, what the line is about, then whatever was given as
    `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            **{name: masked(value) for name, value in logged_about.told().items()},
        }
        more = {name: value for name, value in vars(record).items() if name not in ORDINARY}
        if record.exc_info:
            more["traceback"] = self.formatException(record.exc_info)
        line |= {name: _masked(value) for name, value in more.items()}
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """For people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _masked(value: object) -> object:
    return value if value is None or isinstance(value, (bool, int, float)) else masked(str(value))


def logging_config(level: str, log_format: LogFormat) -> dict[str, object]:
    """A `dictConfig` that sends everything to standard error in the given format."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": JsonLines},
            "text": {
                "()": PlainLines,
                "fmt": "%(asctime)s %(levelname)-7s %(name)s: %(message)s",
                "datefmt": "%H:%M:%S",
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            # gunicorn brings handlers of its own; its lines go the same way as all others
            "gunicorn.error": {
                # at DEBUG it tells every path, and in some of them is a secret of their owner
                "level": "INFO" if level == "DEBUG" else level,
                "handlers": [],
                "propagate": True,
            },
            # names each of its own parts in each process, and nobody asks
            "alembic.runtime.plugins": {"level": "WARNING"},
            # for the same reason as gunicorn's: their paths
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def configure_logging(level: str, log_format: LogFormat) -> None:
    """Set up logging for this process."""
    logging.config.dictConfig(logging_config(level, log_format))

"""Values and where they came from, as they lie sealed in a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.parts import parts
from app.core.said import Said
from app.forms.form import Kind
from app.forms.prefill import Confidence, Filled, Other, Source

NAME = "submissions.name:"
VALUES = "submissions.values:"
SOURCES = "submissions.sources:"
BEFORE = "submission_changes.before:"
AFTER = "submission_changes.after:"
GAPS = "gap_notices.content:"
"""What each column is sealed for, with the row's id behind it: what lies in one row does not open
in another."""


def sealed(purpose: str, row: str, value: Any) -> bytes:
    """A value as JSON, sealed for this column of this row."""
    return parts().seal.seal(purpose + row, json.dumps(value, ensure_ascii=False, default=_plain))


def opened(purpose: str, row: str, kept: bytes) -> Any:
    """The value back, its numbers exact."""
    return exact(parts().seal.open(purpose + row, kept))


def exact(text: str) -> Any:
    """JSON whose decimal numbers are Decimals."""
    return json.loads(text, parse_float=Decimal)


def on_wire(value: Any) -> Any:
    """A value as `json` writes it: numbers of up to fifteen digits come through unchanged."""
    if isinstance(value, list):
        return [on_wire(each) for each in value]
    return _plain(value) if isinstance(value, Decimal) else value


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
    raise TypeError(f"not JSON: {type(value)}")


def fills_kept(fills: Mapping[str, Filled]) -> dict[str, Any]:
    """Fills as JSON."""
    return {
        field: {
            "value": fill.value,
            "source": fill.source and _source_kept(fill.source),
            "confidence": fill.confidence,
            "editable": fill.editable,
            "others": [
                {
                    "value": one.value,
                    "source": _source_kept(one.source),
                    "confidence": one.confidence,
                }
                for one in fill.others
            ],
        }
        for field, fill in fills.items()
    }


def _source_kept(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "text": source.text.plain(),
        "licence": source.licence,
        "on": source.on,
    }


def fills_of(kept: Mapping[str, Any]) -> dict[str, Filled]:
    """Fills as they were before `fills_kept`."""
    return {field: _fill(fill) for field, fill in kept.items()}


def _fill(kept: Mapping[str, Any]) -> Filled:
    source, confidence = kept["source"], kept["confidence"]
    return Filled(
        kept["value"],
        source and _source(source),
        confidence and Confidence(confidence),
        kept["editable"],
        tuple(
            Other(one["value"], _source(one["source"]), Confidence(one["confidence"]))
            for one in kept["others"]
        ),
    )


def _source(kept: Mapping[str, Any]) -> Source:
    on = kept["on"] and date.fromisoformat(kept["on"])
    return Source(Kind(kept["kind"]), Said.kept(kept["text"]), kept["licence"], on)

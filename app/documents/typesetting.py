"""Papers as PDF/A-2b, set by typst. The same content gives the same bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, cast

import segno
import typst

from app.documents.fonts import FOLDER, letters
from app.documents.rules import legible

TEMPLATES = Path(__file__).parent / "templates"
STANDARD: Final = "a-2b"
"""ISO 19005-2, level B: looks the same for as long as an archive keeps it."""

_compiling = Lock()


def pdf_of(
    template: str, content: Mapping[str, Any], code: str, address: str, at: datetime
) -> tuple[bytes, tuple[str, ...]]:
    """A paper by `templates/<template>.typ`, and the characters its fonts lack.

    `code` verifies it, at `address`, which its QR code opens; `at` is the moment it bears."""
    printed, missing = _legible(content)
    stamp = at.astimezone(UTC)  # typst's moments know no zone, and PDF takes them for UTC
    told = {
        **printed,
        "missing": [f"U+{ord(letter):04X}" for letter in missing],
        "code": code,
        "verify_at": address.rpartition("/")[0],
        "qr": _qr(address),
        "at": [stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second],
    }
    # a compiler borrows itself while it works, and refuses a second thread
    with _compiling:
        pdf = _compiler().compile(
            str(TEMPLATES / f"{template}.typ"),
            format="pdf",
            sys_inputs={"paper": json.dumps(told, ensure_ascii=False)},
            pdf_standards=[STANDARD],
        )
    return cast(bytes, pdf), missing


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(TEMPLATES), font_paths=[str(FOLDER)], ignore_system_fonts=True)


def _legible(content: Any) -> tuple[Any, tuple[str, ...]]:
    """Every text of a content as the fonts can print it, and what they cannot."""
    if isinstance(content, str):
        return legible(content, letters())
    if isinstance(content, Mapping):
        values, missing = _legible(list(content.values()))
        return dict(zip(content, values, strict=True)), missing
    each = [_legible(one) for one in content]
    return [one for one, _ in each], tuple(dict.fromkeys(x for _, lost in each for x in lost))


def _qr(address: str) -> str:
    image = io.BytesIO()
    segno.make(address, error="m", micro=False).save(image, kind="svg", border=0, xmldecl=False)
    return image.getvalue().decode()

"""Scripts, styles and drawings in as few bytes as the reader takes them, for a hall without a proxy
that sees to it.

Only files, which are the same for everybody: a page or an answer that has a secret beside what a
stranger may choose would tell of it by its length.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Response, request

KINDS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
WORTH = 1_000
"""Bytes from which on it saves a packet."""
KEPT = 256
"""Files, in each process."""


def compact(response: Response) -> Response:
    """The same file, compressed if that helps and is understood."""
    if response.status_code != 200 or response.mimetype not in KINDS:
        return response
    tag, _ = response.get_etag()
    if tag is None:
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in request.accept_encodings or (response.content_length or 0) < WORTH:
        return response
    response.direct_passthrough = False
    response.set_data(_compressed(response.get_data()))
    response.content_encoding = "gzip"
    response.accept_ranges = "none"
    response.set_etag(tag, weak=True)
    return response


@lru_cache(maxsize=KEPT)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)

"""Papers as files."""

from __future__ import annotations

from flask import Response

from app.documents.queries import Document

MIMETYPE = "application/pdf"


def file_out(document: Document, name: str) -> Response:
    """Shown where a browser can, kept under its number; its digest is the entity tag."""
    response = Response(document.pdf, mimetype=MIMETYPE)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.set_etag(document.sha256)
    return response

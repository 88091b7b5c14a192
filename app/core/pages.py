"""What all pages share: cookies instead of bearer tokens, security headers, and a Chinese font."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, send_file

from app.core.auth import COOKIES, public
from app.core.parts import parts

bp = APIBlueprint("pages", __name__, enable_openapi=False)

FONT = Path(str(files("pylopdf_fonts_zh_cn"))) / "NotoSansSC-Regular.otf"
MONTH_S = 30 * 24 * 3600
YEAR_S = 365 * 24 * 3600
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # the API page's icons
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy: everything from this server, and nothing inline."""
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), "  # the nearest hall, for who asks
    + ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "camera", "display-capture", "gyroscope"),
            *("magnetometer", "microphone", "midi", "payment", "publickey-credentials-get"),
            *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
        )
    ),
}
"""Whatever is answered; nothing else says them."""
STRICT_TRANSPORT = "max-age=31536000"
"""For a year by https only; names below the hall's may be others'."""


@bp.get("/fonts/cjk.otf")
@public
def font() -> Response:
    """Noto Sans SC, for machines that have no Chinese font of their own."""
    return send_file(FONT, mimetype="font/otf", max_age=MONTH_S)


def harden(response: Response) -> Response:
    """Pages run nothing but this server's own files, and no cache keeps them: they carry a
    CSRF token, or a ticket."""
    response.headers.extend(EVERYWHERE)
    if _is_https():
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def set_cookie(response: Response, kind: str, token: str, until: datetime | None = None) -> None:
    """Let this browser act as this kind of actor, until then or for a year."""
    response.set_cookie(
        COOKIES[kind],
        token,
        max_age=None if until else YEAR_S,
        expires=until,
        secure=_is_https(),
        httponly=True,
        samesite="Strict",
    )


def clear_cookie(response: Response, kind: str) -> None:
    """Forget it."""
    response.delete_cookie(COOKIES[kind], secure=_is_https(), httponly=True, samesite="Strict")


def _is_https() -> bool:
    return parts().settings.is_https

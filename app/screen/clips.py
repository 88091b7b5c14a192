"""The spoken words that screens string together where the browser has no Chinese voice.

They lie in the instance directory: `speech/made/` is written by a program of its own
(`python -m speech`), `speech/own/` holds a hall's own recordings, which win.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, jsonify, request, send_file, url_for

from app.core.auth import public
from app.core.errors import NotFound
from app.core.pages import MONTH_S
from app.core.parts import parts
from config.settings import ROOT

bp = APIBlueprint("clips", __name__, url_prefix="/speech", enable_openapi=False)

FOLDERS = ("made", "own")
"""The later wins."""
SUFFIXES = (".ogg", ".mp3", ".wav")
"""The same within a folder."""
MAKING_S = 120


class ClipsNotMade(Exception):
    """The program that makes them failed; the message says why."""


@bp.get("/clips.json")
@public
def clips() -> Response:
    """Word -> where its clip is. The address changes with the clip, so that it may be kept."""
    answer = jsonify(
        {
            word: url_for("clips.clip", name=path.name, v=f"{path.stat().st_mtime_ns:x}")
            for word, path in _clips(parts().settings.instance_path).items()
        }
    )
    answer.cache_control.no_cache = True
    answer.add_etag()
    return answer.make_conditional(request)


@bp.get("/<name>")
@public
def clip(name: str) -> Response:
    """One of the clips listed above: a name that is not among them leads nowhere."""
    for path in _clips(parts().settings.instance_path).values():
        if path.name == name:
            return send_file(path, max_age=MONTH_S if "v" in request.args else None)
    raise NotFound


def make_clips(instance: Path) -> None:
    """Have the clips made that are missing or of another version. Raises ClipsNotMade."""
    directory = instance / "speech" / "made"
    making = [sys.executable, "-m", "speech", str(directory)]
    try:
        subprocess.run(  # noqa: S603 (our own program; nothing of it comes from outside)
            making, cwd=ROOT, check=True, capture_output=True, text=True, timeout=MAKING_S
        )
    except subprocess.CalledProcessError as error:
        raise ClipsNotMade(f"The spoken words were not made: {error.stderr.strip()}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ClipsNotMade(f"The spoken words were not made: {error}") from None


def _clips(instance: Path) -> dict[str, Path]:
    """Word -> its file."""
    return {
        path.stem: path
        for folder in FOLDERS
        for suffix in SUFFIXES
        for path in sorted((instance / "speech" / folder).glob(f"*{suffix}"))
    }

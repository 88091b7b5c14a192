"""`python -m speech DIRECTORY`: a clip for each word, made anew only where something changed."""

from __future__ import annotations

import hashlib
import sys
import wave
from importlib.metadata import version
from pathlib import Path

import numpy as np

from speech.espeak import EspeakError, Samples, speaker
from speech.shaping import shaped
from speech.words import WORDS

VARIANT = "f3"
"""Of the library's women's voices the one whose four tones lie farthest apart at this range."""
PACE = 155
"""Words a minute: calm, as in a hall with an echo."""
PITCH_RANGE = 75


def main(arguments: list[str]) -> int:
    """Make the clips; the exit status."""
    if len(arguments) != 1:
        print("usage: python -m speech DIRECTORY", file=sys.stderr)
        return 2
    try:
        make(Path(arguments[0]))
    except (EspeakError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def make(directory: Path) -> None:
    """Write `<word>.wav` for every word, unless this version already has. Raises EspeakError."""
    stamp, made_by = directory / "made-by.txt", _version()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == made_by:
        return
    directory.mkdir(parents=True, exist_ok=True)
    rate, speak = speaker(VARIANT, PACE, PITCH_RANGE)
    for word, (language, text) in WORDS.items():
        _write(directory / f"{word}.wav", shaped(speak(language, text), rate), rate)
    stamp.write_text(made_by, encoding="utf-8")


def _version() -> str:
    """Changes with this program and with the library."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    return f"{version('espeakng-loader')} {digest.hexdigest()[:16]}\n"


def _write(path: Path, samples: Samples, rate: int) -> None:
    """Whole or not at all: a screen may be asking for it."""
    draft = path.with_suffix(".draft")
    with wave.open(str(draft), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

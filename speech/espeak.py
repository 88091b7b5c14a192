"""espeak-ng through its C library, which the espeakng-loader wheel brings along with its voices."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import espeakng_loader
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
"""One channel, from -1 to 1."""

# From speak_lib.h.
SYNCHRONOUS, NO_BUFFER, RATE, RANGE, UTF8 = 2, 0, 1, 4, 1
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
FULL_SCALE = 32768


class EspeakError(Exception):
    """The library cannot be loaded or does as it should not; the message says which."""


def speaker(variant: str, pace: int, pitch_range: int) -> tuple[int, Callable[[str, str], Samples]]:
    """Samples a second, and what speaks a text in a language: (language, text) -> samples.

    `variant` is one of the library's voices, `pace` in words a minute, `pitch_range` from 0 to 99.
    Raises EspeakError."""
    library, rate = _loaded()
    pieces: list[Any] = []

    def take(samples: Any, count: int, _events: Any) -> int:
        if samples and count:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    kept = CALLBACK(take)  # the library calls it as long as `speak` lives
    library.espeak_SetSynthCallback(kept)

    def speak(language: str, text: str, _kept: Any = kept) -> Samples:
        pieces.clear()
        _checked(library.espeak_SetVoiceByName(f"{language}+{variant}".encode()), language)
        _checked(library.espeak_SetParameter(RATE, pace, 0), "pace")
        _checked(library.espeak_SetParameter(RANGE, pitch_range, 0), "range")
        said = text.encode()
        _checked(library.espeak_Synth(said, len(said) + 1, 0, 0, 0, UTF8, None, None), text)
        _checked(library.espeak_Synchronize(), text)
        if not pieces:
            raise EspeakError(f"espeak-ng said nothing for {text!r}.")
        return np.concatenate(pieces).astype(np.float64) / FULL_SCALE

    return rate, speak


def _loaded() -> tuple[Any, int]:
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
    except (OSError, RuntimeError) as error:
        raise EspeakError(f"espeak-ng cannot be loaded: {error}") from None
    rate = library.espeak_Initialize(SYNCHRONOUS, NO_BUFFER, data.encode(), 0)
    if rate <= 0:
        raise EspeakError(f"espeak-ng does not find its data in {data}.")
    return library, rate


def _checked(status: int, what: str) -> None:
    if status != 0:
        raise EspeakError(f"espeak-ng refuses {what!r} with status {status}.")

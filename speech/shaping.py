"""Clips that can be strung together: no silence around them, all equally loud. Pure."""

from __future__ import annotations

import numpy as np

from speech.espeak import Samples

SILENCE = 0.01
"""Of a clip's peak: what is quieter at its ends is cut off."""
MARGIN_S = 0.012
FADE_S = 0.006
LOUDNESS = 0.18
"""Root mean square of a clip's voice, of full scale 1."""
PEAK = 0.9
WINDOW_S = 0.02


def shaped(samples: Samples, rate: int) -> Samples:
    """Cut to its voice, brought to LOUDNESS, and faded at both ends, so that nothing clicks."""
    return _faded(_levelled(_cut(samples, rate), rate), rate)


def loudness(samples: Samples, rate: int) -> float:
    """Root mean square of the louder half of a clip: its vowels, whatever hisses around them."""
    window = int(WINDOW_S * rate)
    windows = samples[: len(samples) // window * window].reshape(-1, window)
    power = np.sort((windows**2).mean(axis=1))
    return float(np.sqrt(power[len(power) // 2 :].mean()))


def _cut(samples: Samples, rate: int) -> Samples:
    heard = np.flatnonzero(np.abs(samples) > SILENCE * np.abs(samples).max())
    margin = int(MARGIN_S * rate)
    return samples[max(heard[0] - margin, 0) : heard[-1] + margin]


def _levelled(samples: Samples, rate: int) -> Samples:
    gain = min(LOUDNESS / loudness(samples, rate), PEAK / float(np.abs(samples).max()))
    return samples * gain


def _faded(samples: Samples, rate: int) -> Samples:
    ramp = np.linspace(0, 1, int(FADE_S * rate))
    envelope = np.ones(len(samples))
    envelope[: len(ramp)] = ramp
    envelope[-len(ramp) :] = ramp[::-1]
    return samples * envelope

"""The clips by measure, because nobody listens to a test: length, loudness, silence, tones."""

from __future__ import annotations

import subprocess
import sys
import wave
from string import ascii_uppercase

import numpy as np
import pytest

from config.settings import ROOT
from speech.words import PINYIN, WORDS

FRAME_S = 0.04
STEP_S = 0.01
VOICE_HZ = (110, 280)
"""Between the lowest and the highest this voice goes."""


def clip(folder, word):
    """(samples from -1 to 1, samples a second)."""
    with wave.open(str(folder / f"{word}.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        raw = file.readframes(file.getnframes())
        return np.frombuffer(raw, "<i2") / 32768, file.getframerate()


def pitches(samples, rate):
    """The fundamental frequency where there is a voice, by autocorrelation; hertz."""
    frame, step = int(FRAME_S * rate), int(STEP_S * rate)
    shortest, longest = rate // VOICE_HZ[1], rate // VOICE_HZ[0]
    found = []
    for start in range(0, len(samples) - frame, step):
        part = samples[start : start + frame] - samples[start : start + frame].mean()
        power = np.correlate(part, part, "full")[frame - 1 :]
        lag = shortest + int(power[shortest:longest].argmax())
        if np.sqrt(power[0] / frame) > 0.05 and power[lag] > 0.5 * power[0]:
            found.append(rate / lag)
    return np.array(found)


def test_there_is_a_clip_for_every_word_a_screen_may_say(spoken_words):
    made = {path.stem for path in spoken_words.glob("*.wav")}
    assert made == set(WORDS) == {*"零一二三四五六七八九十请号到", "窗口", *ascii_uppercase}


@pytest.mark.parametrize("word", WORDS)
def test_a_clip_is_a_word_long_and_begins_and_ends_with_it(spoken_words, word):
    samples, rate = clip(spoken_words, word)
    assert 0.2 < len(samples) / rate < 1
    heard = np.flatnonzero(np.abs(samples) > 0.02)
    assert heard[0] / rate < 0.05
    assert (len(samples) - heard[-1]) / rate < 0.08
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01


def test_all_clips_are_equally_loud_and_none_is_cut(spoken_words):
    loud = {}
    for word in WORDS:
        samples, rate = clip(spoken_words, word)
        assert np.abs(samples).max() < 0.95, word
        part = int(0.05 * rate)  # its loudest twentieth of a second
        windows = samples[: len(samples) // part * part].reshape(-1, part)
        loud[word] = 10 * np.log10((windows**2).mean(axis=1).max())
    assert max(loud.values()) - min(loud.values()) < 4, loud  # decibels


@pytest.mark.parametrize(
    ("word", "tone"), [(word, pinyin[-1]) for word, pinyin in PINYIN.items() if word != "窗口"]
)
def test_a_syllable_has_its_tone(spoken_words, word, tone):
    contour = pitches(*clip(spoken_words, word))
    assert len(contour) > 8
    third = len(contour) // 3
    begins, ends = np.median(contour[:third]), np.median(contour[-third:])
    if tone == "1":
        assert 0.95 < ends / np.median(contour[third:-third]) < 1.05
        assert np.median(contour) > 185
    elif tone == "2":
        assert ends / begins > 1.12
    elif tone == "3":
        lowest = np.median(np.sort(contour)[:third])
        assert lowest < 0.98 * begins
        assert lowest < 0.92 * ends
        assert lowest < 165
    else:
        assert ends / begins < 0.87


def test_the_word_for_a_counter_is_a_high_syllable_and_a_low_one(spoken_words):
    samples, rate = clip(spoken_words, "窗口")
    half = len(samples) // 2
    high, low = (np.median(pitches(part, rate)) for part in (samples[:half], samples[half:]))
    assert high > 1.15 * low


def test_the_tones_of_one_voice_are_told_apart(spoken_words):
    contours = [pitches(*clip(spoken_words, word)) for word in "一零五四"]
    heights = np.concatenate(contours)
    assert np.percentile(heights, 95) > 1.4 * np.percentile(heights, 5)


def make(folder):
    command = [sys.executable, "-m", "speech", folder]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_clips_are_made_anew_only_where_their_version_changed(tmp_path):
    assert make(tmp_path).returncode == 0
    qing = tmp_path / "请.wav"
    qing.write_bytes(b"of this version, so it is left alone")
    assert make(tmp_path).returncode == 0
    assert qing.read_bytes() == b"of this version, so it is left alone"
    (tmp_path / "made-by.txt").write_text("an earlier version")
    assert make(tmp_path).returncode == 0
    assert len(clip(tmp_path, "请")[0]) > 4000


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    refused = make(tmp_path / "file" / "clips")
    assert refused.returncode == 1
    assert "Not a directory" in refused.stderr
    assert "Traceback" not in refused.stderr

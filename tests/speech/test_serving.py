"""Clips are served to every screen; a hall's own recordings win."""

from __future__ import annotations

import shutil
from urllib.parse import quote

import pytest

from speech.words import WORDS


@pytest.fixture
def speech(settings, spoken_words):
    """The instance's folder of clips, as after an installation."""
    folder = settings.instance_path / "speech"
    shutil.copytree(spoken_words, folder / "made")
    (folder / "own").mkdir()
    return folder


def listed(client):
    return client.get("/speech/clips.json").json


def test_every_word_is_listed_and_served(client, speech):
    clips = listed(client)
    assert set(clips) == set(WORDS)
    answer = client.get(clips["窗口"])
    assert answer.mimetype in ("audio/wav", "audio/x-wav")
    assert answer.data == (speech / "made" / "窗口.wav").read_bytes()
    assert answer.cache_control.max_age > 86_400


def test_what_a_screen_already_has_is_not_sent_again(client, speech):
    for path in ("/speech/clips.json", listed(client)["A"]):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(("suffix", "mimetype"), [("wav", "wav"), ("mp3", "mpeg"), ("ogg", "ogg")])
def test_a_recording_of_the_halls_own_wins(client, speech, suffix, mimetype):
    before = listed(client)["请"]
    (speech / "own" / f"请.{suffix}").write_bytes(b"a person saying it")
    now = listed(client)["请"]
    assert now != before
    answer = client.get(now)
    assert answer.data == b"a person saying it"
    assert answer.mimetype.startswith("audio/")
    assert answer.mimetype.endswith(mimetype)
    assert set(listed(client)) == set(WORDS)


@pytest.mark.parametrize(
    "name", ["made-by.txt", "..%2Fsecrets.json", "../secrets.json", "made/请.wav", "办.wav", ".wav"]
)
def test_only_clips_are_served(client, speech, name):
    (speech.parent / "secrets.json").write_text("secret")
    assert client.get(f"/speech/{quote(name, safe='/.%')}").status_code == 404


def test_before_any_is_made_the_list_is_empty(client):
    assert listed(client) == {}


def test_an_operator_makes_them_with_one_command(app, settings):
    from app.commands.speech import make

    said = app.test_cli_runner().invoke(make)
    assert said.exit_code == 0, said.output
    assert set(listed(app.test_client())) == set(WORDS)


def test_what_keeps_them_from_being_made_is_told(app, settings):
    from app.commands.speech import make

    settings.instance_path.mkdir(parents=True, exist_ok=True)
    (settings.instance_path / "speech").write_text("not a folder")
    said = app.test_cli_runner().invoke(make)
    assert said.exit_code == 1
    assert "were not made" in said.output

"""The file of the messages' templates is judged whole, before anything is sent by it."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from config.templates import TEMPLATES, message_templates


def judged(tmp_path, change):
    """Faults of the demo's file, changed so."""
    told = YAML(typ="safe").load(TEMPLATES)
    change(told)
    file = tmp_path / "templates.yaml"
    YAML().dump(told, file)
    faults: list[str] = []
    found = message_templates({"WECHAT_TEMPLATES": str(file)}, production=True, faults=faults)
    assert bool(found) != bool(faults)
    return faults


def test_the_demo_has_three_and_production_none_unless_it_names_a_file():
    found = message_templates({}, production=False, faults=[])
    assert {key: each.long_term for key, each in found.items()} == {
        "booking": False,
        "reminder": False,
        "queue": False,
    }
    assert message_templates({}, production=True, faults=[]) == {}


def test_a_faultless_file_is_taken(tmp_path):
    assert judged(tmp_path, lambda told: told["queue"].update(long_term=True)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda told: told.pop("queue"), "queue: it is missing."),
        (lambda told: told.update(fourth=told["queue"]), "fourth is none of booking"),
        (lambda told: told["queue"].update(id=""), "queue: `id` must be a text."),
        (lambda told: told["queue"].update(id=told["booking"]["id"]), "two templates have one id."),
        (lambda told: told["queue"].update(long_term="yes"), "`long_term` must be true or false."),
        (lambda told: told["queue"].update(fields={}), "`fields` must be one to 5 lines"),
        (lambda told: told["queue"]["fields"].update(thing9="age"), "thing9 is to say 'age'"),
        (lambda told: told["queue"]["fields"].update(words1="note"), "words1 is no field"),
        (lambda told: told["queue"]["fields"].update(time1="note"), "time1 cannot say 'note'"),
        (lambda told: told["booking"]["fields"].update(thing1="when"), "thing1 cannot say 'when'"),
    ],
)
def test_a_fault_is_named_in_words(tmp_path, change, fault):
    [named] = [one for one in judged(tmp_path, change) if fault in one]
    assert named.startswith("WECHAT_TEMPLATES: ")


def test_several_faults_are_named_at_once(tmp_path):
    assert len(judged(tmp_path, lambda told: (told.pop("queue"), told.pop("reminder")))) == 2


@pytest.mark.parametrize("text", [None, "\xff", "[", "just words"])
def test_what_cannot_be_read_is_said(tmp_path, text):
    file = tmp_path / "templates.yaml"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    faults: list[str] = []
    assert message_templates({"WECHAT_TEMPLATES": str(file)}, production=True, faults=faults) == {}
    assert len(faults) == 1

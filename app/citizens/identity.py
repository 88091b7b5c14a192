"""Real names: nobody asked, the province's service over HTTP, or a file of invented people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from ruamel.yaml import YAML

from app.citizens.errors import IdentityMismatch
from app.core.identity import Level
from wire import Limits, NotAnswered, NotReached, Wire, said

log = logging.getLogger(__name__)

LIMITS = Limits(connect=2.0, read=4.0, total=5.0)
"""Somebody waits with a phone in their hand, and may go on without an answer."""
ASKING_AT_MOST = 12
"""Threads of one process that wait for the service at once: most are left to the hall."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a service answered: None where it cannot tell."""

    match: bool | None
    """Whether name and number are one person's."""
    phone_match: bool | None
    """Whether the phone is that person's, too."""


class WellFormed:
    """Believes whoever gives a well-formed number (citizens/rules.py judged it)."""

    def check(self, name: str, id_number: str, phone: str | None) -> Level:
        """See RealName.check."""
        return Level.DECLARED


class HttpRegister:
    """A service that takes `{name, id_number, phone?}` and answers `{match, phone_match?}`, each
    true, false or null; null: it cannot tell. Whatever else it does, or does not, tells nothing:
    who it was asked about stays declared, and may say it again another time."""

    def __init__(self, url: str, key: str, limits: Limits = LIMITS) -> None:
        self._url, self._key, self._limits = url, key, limits
        self._asking = BoundedSemaphore(ASKING_AT_MOST)

    def check(self, name: str, id_number: str, phone: str | None) -> Level:
        """See RealName.check."""
        question = {"name": name, "id_number": id_number}
        match self._asked(question | ({"phone": phone} if phone else {})):
            case Found(match=False):
                raise IdentityMismatch
            case Found(match=True, phone_match=True) if phone:
                return Level.VERIFIED
            case Found(match=True):
                return Level.AGREED
        return Level.DECLARED

    def _asked(self, question: Mapping[str, str]) -> Found | None:
        if not self._asking.acquire(blocking=False):
            log.warning("the real-name service is slow: %s wait for its answer", ASKING_AT_MOST)
            return None
        try:
            with Wire(self._limits) as wire:
                headers = {"Authorization": f"Bearer {self._key}"}
                reply = wire.post(self._url, json=question, headers=headers)
            if reply.status_code == HTTPStatus.OK:
                return _found(said(reply))
            why = f"HTTP {reply.status_code}"
        except (NotReached, NotAnswered) as error:
            why = str(error)
        except ValueError:
            why = "not the answer that was agreed on"
        finally:
            self._asking.release()
        log.warning("the real-name service told nothing: %s", why)  # nor whom it was asked about
        return None


def _found(answer: Any) -> Found:
    """Raises ValueError."""
    told = isinstance(answer, dict) and [answer.get("match", ""), answer.get("phone_match")]
    if not told or not all(each is None or isinstance(each, bool) for each in told):
        raise ValueError
    return Found(*told)


class SandboxRegister:
    """Knows the people of a file by number, name and phone; the demo and the tests ask it. Of a
    number it does not know it cannot tell."""

    def __init__(self, people: Mapping[str, str], phones: Mapping[str, str]) -> None:
        self.people = dict(people)
        """Number -> name."""
        self.phones = dict(phones)
        """Number -> phone, of those who have one."""

    def check(self, name: str, id_number: str, phone: str | None) -> Level:
        """See RealName.check."""
        known = self.people.get(id_number)
        if known is None:
            return Level.DECLARED
        if known != name:
            raise IdentityMismatch
        has_it = phone is not None and self.phones.get(id_number) == phone
        return Level.VERIFIED if has_it else Level.AGREED


@cache
def registered(file: Path) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Number -> name, and number -> phone, of the persons in a file such as
    config/demo-people.yaml, but for those who are merely declared."""
    persons = YAML(typ="safe").load(file.read_text())["persons"]
    known = [each for each in persons if not each.get("declared")]
    names = {each["id_number"]: each["name"] for each in known}
    return names, {each["id_number"]: each["phone"] for each in known if "phone" in each}

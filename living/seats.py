"""A clerk's place: taken only where nobody sits, and left at once to whoever signs in there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from living import clerks
from living.clock import Clock
from living.hall import Hall, Refused

log = logging.getLogger("living")

LOOKS_EVERY = 15.0
"""Seconds between two looks at a counter at which somebody else sits."""


class SentAway(Exception):
    """Somebody else has signed in at the counter."""


@dataclass
class Accounts:
    """Who may sign in: a clerk for each counter, and a guide, who sees who sits where."""

    clerks: dict[str, tuple[str, str]]
    """Counter -> user name and password."""
    guide: tuple[str, str]
    tokens: dict[str, str]
    """Counter -> the session of a clerk of ours there."""
    keep: Callable[[dict[str, str]], None]
    """Told the tokens after each change, so that a restart does not lose its seats."""
    guide_token: str | None = None


@dataclass
class Seat:
    """One counter, for one clerk of ours."""

    no: str
    hall: Hall
    clock: Clock
    accounts: Accounts = field(repr=False)
    was_sent_away: bool = False

    async def sit_down(self) -> None:
        """Wait until the counter is free, sign in and open it."""
        if not await self._still_holds():
            await self._until_free()
            username, password = self.accounts.clerks[self.no]
            self._keep(await self._sign_in(username, password, counter=self.no))
        await self.do("open")
        log.info("counter %s: our clerk sits down", self.no)

    def make_room(self) -> None:
        """Somebody else sits here now."""
        self.was_sent_away = True
        self._keep(None)
        log.info("counter %s: somebody else sits down; our clerk leaves it to them", self.no)

    async def see(self) -> dict[str, Any]:
        """What the console shows. Raises SentAway, Refused, as do the others here."""
        seen: dict[str, Any] = await self._get(f"/counters/{self.no}")
        return seen

    async def attend(self, ticket: str) -> None:
        """Look at the ticket in hand."""
        await self._get(f"/tickets/{ticket}")

    async def do(self, action: str, body: Any = None) -> Any:
        """Something at the counter."""
        return await self._post(f"/counters/{self.no}/{action}", body)

    async def handle(self, ticket: str, action: str, body: Any = None) -> Any:
        """Something with a ticket."""
        return await self._post(f"/tickets/{ticket}/{action}", body)

    async def ready(self, ticket: str) -> list[dict[str, Any]]:
        """Results that lie ready for whoever has this ticket."""
        lying: list[dict[str, Any]] = await self._get(f"/tickets/{ticket}/deliveries")
        return lying

    async def hand_over(self, result: str, ticket: str) -> None:
        await self._post(f"/deliveries/{result}/hand-over", {"ticket": ticket})

    async def sign_out(self) -> None:
        await self.hall.delete("/staff/session", self._token)
        self._keep(None)

    @property
    def _token(self) -> str:
        return self.accounts.tokens.get(self.no, "")

    def _keep(self, token: str | None) -> None:
        self.accounts.tokens.pop(self.no, None)
        if token is not None:
            self.accounts.tokens[self.no] = token
        self.accounts.keep(self.accounts.tokens)

    async def _get(self, path: str) -> Any:
        try:
            return await self.hall.get(path, self._token)
        except Refused as why:
            raise _explained(why) from None

    async def _post(self, path: str, body: Any) -> Any:
        try:
            return await self.hall.post(path, self._token, body)
        except Refused as why:
            raise _explained(why) from None

    async def _still_holds(self) -> bool:
        """Whether a session from before a restart is good."""
        if not self._token:
            return False
        try:
            await self.see()
        except (SentAway, Refused):
            self._keep(None)
            return False
        return True

    async def _until_free(self) -> None:
        """At once where nobody sits; else until the other has been gone for a while."""
        empty_since = None if self.was_sent_away else self.clock.elapsed() - clerks.RETURNS_AFTER
        while True:
            if await self._occupant() is not None:
                empty_since = None
            elif empty_since is None:
                empty_since = self.clock.elapsed()
            empty_for = None if empty_since is None else self.clock.elapsed() - empty_since
            if clerks.may_return(empty_for):
                return
            await self.clock.sleep(LOOKS_EVERY)

    async def _occupant(self) -> str | None:
        """The user name of who sits here, as any member of staff sees it."""
        while True:
            if self.accounts.guide_token is None:
                self.accounts.guide_token = await self._sign_in(*self.accounts.guide)
            try:
                seen = await self.hall.get(f"/counters/{self.no}", self.accounts.guide_token)
                name: str | None = seen["clerk"]
                return name
            except Refused as why:
                if why.status != HTTPStatus.UNAUTHORIZED:
                    raise
                self.accounts.guide_token = None  # it has expired

    async def _sign_in(self, username: str, password: str, **where: str) -> str:
        body = {"username": username, "password": password, **where}
        token: str = (await self.hall.post("/staff/session", body=body))["token"]
        return token


def _explained(why: Refused) -> Exception:
    return SentAway() if why.status == HTTPStatus.UNAUTHORIZED else why

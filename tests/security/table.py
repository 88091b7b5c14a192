"""Who may call what, and whose data they get: one row a route, read off the routes themselves.

docs/authorisation.md is made from it (`make frozen`); test_authorisation.py tries every cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from app.core.acts import ADMINISTRATOR, DECIDERS, LEADS, Role
from app.core.auth import Access, access_of
from app.kiosk.pages import GUIDES
from app.office.frame import TABS
from app.office.renewals_pages import READERS

OWN, HALL, COUNTER, HELD, HOUSE = "own", "hall", "counter", "held", "house"
REACH_IN_WORDS = {
    OWN: "only what is their own",
    HALL: "their own hall",
    COUNTER: "the counter they sit at",
    HELD: "what their counter has called",
    HOUSE: "the whole house",
}
REACHES = {
    "citizen": OWN,
    "ticket": OWN,
    "system": OWN,
    "kiosk": HALL,
    "screen": HALL,
    "cabinet": HALL,
    "staff": HALL,
}
"""Kind of actor -> whose data any route gives them, but for those of `EXCEPTIONS`."""
EXCEPTIONS = {
    r"/api/v1/counters/<no>/(?!auto-call).*": COUNTER,
    r"/api/v1/tickets/<ticket_id>/(file|gaps|deliveries).*": HELD,
    r"/api/v1/submissions/(<submission_id>/(corrections|materials)|search)": HELD,
    r"/api/v1/submissions/<submission_id>(/(document|submit|values|withdraw))?": OWN,
    r"/api/v1/kiosk/submissions/<submission_id>/.*": OWN,
    r"/api/v1/staff/me(/.*)?": OWN,
    r"/(api/v1/staff|office)/forms.*": HOUSE,
    r"/api/v1/licences/coverage|/office/licences.*": HOUSE,
}
"""Routes of staff, machines and other systems that give less, or more, than their hall. A form at
the desk belongs to whoever began it there."""
PAGES: dict[str, tuple[Role, ...]] = {
    "library_pages.imports": ADMINISTRATOR,
    "library_pages.shares": ADMINISTRATOR,
    "renewals_pages.overview": READERS,
    "renewals_pages.watched": READERS,
    "renewals_pages.deliveries": DECIDERS,
    "renewals_pages.reminders": DECIDERS,
    "renewals_pages.one": DECIDERS,
    "code_pages.page": LEADS,
    "kiosk_pages.page": GUIDES,
    "desk_pages.page": GUIDES,
}
"""Pages that are no tab, or another's than the tab says."""

BEARERS = {"token", "code"}
"""Arguments that cannot be guessed, and are themselves the right to see something."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: a method at an address."""

    method: str
    path: str
    """As the routes write it: /api/v1/tickets/<ticket_id>."""
    endpoint: str
    arguments: frozenset[str]
    access: Access

    @property
    def is_page(self) -> bool:
        """Shows a sign-in instead of refusing, and is asked with a cookie."""
        return "public" in self.access.kinds and len(self.access.kinds) > 1 and not self._is_api

    @property
    def _is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def kinds(self) -> list[str]:
        """Who may, besides everybody."""
        return sorted(self.access.kinds - {"public"})

    @property
    def roles(self) -> frozenset[Role]:
        """Of staff; a page's are those that its tab is for."""
        if self.access.roles or "staff" not in self.access.kinds:
            return self.access.roles
        if self.endpoint in PAGES:
            return frozenset(PAGES[self.endpoint])
        tabs = {endpoint: roles for endpoint, _words, roles in TABS}
        return frozenset(tabs.get(self.endpoint, tuple(Role)))

    def reach(self, kind: str) -> str:
        """Whose data it gives this kind of actor."""
        if kind != "citizen" and not (kind == "system" or self.access.kinds == {"ticket"}):
            for pattern, reach in EXCEPTIONS.items():
                if re.fullmatch(pattern, self.path):
                    return reach
        return REACHES.get(kind, HOUSE)


def doors(app: Flask) -> list[Door]:
    """Every door of the app, by address and method. Raises KeyError for a route that does not say
    who may call it."""
    return sorted(_doors(app), key=lambda door: (door.path, door.method))


def _doors(app: Flask) -> Iterator[Door]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield from _of(app, rule)


def _of(app: Flask, rule: Rule) -> Iterator[Door]:
    access = access_of(app.view_functions[rule.endpoint])
    if access is None:
        raise KeyError(rule.endpoint)
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        yield Door(method, rule.rule, rule.endpoint, frozenset(rule.arguments), access)


HEAD = """# Who may do what

Made from the routes by `make frozen`; `make test-security` tries every cell of it with whoever it
is not for. Without a token that holds the answer is 401, from the wrong kind of actor or the wrong
role 403, and for what is not theirs 404, as for what does not exist. At a counter it is 403
`not_at_this_counter` for whoever does not sit there. A page shows its sign-in instead of a 401,
and says whose it is instead of a 403.

| | address | who | whose data |
|---|---|---|---|
"""


def as_markdown(app: Flask) -> str:
    """docs/authorisation.md."""
    return HEAD + "".join(
        f"| {door.method} | `{door.path}` | {_who(door)} | {_whose(door)} |\n"
        for door in doors(app)
    )


def _who(door: Door) -> str:
    named = []
    for kind in door.kinds:
        if kind != "staff" or door.roles >= set(Role):
            named.append(kind)
        else:
            named.append(f"staff: {', '.join(sorted(door.roles))}")
    if not named:
        return "anybody"
    return "; ".join(named) + ("" if "public" not in door.access.kinds else _others(door))


def _others(door: Door) -> str:
    return "; others: the sign-in" if door.is_page else "; others: nothing of anybody"


def _whose(door: Door) -> str:
    by_reach: dict[str, list[str]] = {}
    for kind in door.kinds:
        by_reach.setdefault(door.reach(kind), []).append(kind)
    if not by_reach:
        return "what the link or code names" if door.arguments & BEARERS else "nobody's"
    if len(by_reach) == 1:
        return REACH_IN_WORDS[next(iter(by_reach))]
    return "; ".join(
        f"{', '.join(kinds)}: {REACH_IN_WORDS[reach]}" for reach, kinds in by_reach.items()
    )

"""Every cell of docs/authorisation.md, tried by whoever it is not for, and by whom it is for.

A cell that cannot be tried, since the world of these tests lacks something, fails as well.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pytest

from app.core.auth import COOKIES
from tests.security.bodies import body_for, query_for
from tests.security.kept import Kept
from tests.security.table import COUNTER, HELD, HOUSE, Door, doors
from tests.security.tally import counted
from tests.security.world import ROLES, World, kind_of

NOT_OWNED = {"hall", "item", "form", "n", "code", "name", "path", "token"}
"""What an address may name that is nobody's: halls, items, forms, and links that are keys."""
A_LONG_ID = re.compile("[0-9a-f]{32}")
STREAM = "/events"


@dataclass(frozen=True, slots=True)
class Cell:
    """One try: who, at which door, with whose ids, and what must come of it."""

    door: Door
    who: str
    token: str | None
    whose: str
    expected: tuple[int, ...]


def may(door: Door, who: str) -> bool:
    kind = kind_of(who)
    return kind in door.access.kinds and (kind != "staff" or who in door.roles)


def right_ones(world: World, door: Door) -> list[str]:
    return [who for who in world.tokens if may(door, who)]


def wrong_actors(world: World, door: Door) -> Iterator[Cell]:
    """Tokens that hold no more are 401, others' 403."""
    whose = next(iter(right_ones(world, door)), "")
    for who, token in world.dead.items():
        yield Cell(door, who, token, whose, (401,))
    for who, token in world.tokens.items():
        if not may(door, who):
            yield Cell(door, who, token, whose, (403,))


def wrong_owners(world: World, door: Door) -> Iterator[Cell]:
    """The same kind and role, elsewhere: 404. Whoever sits at another counter of the hall: 403;
    elsewhere either, since counters' numbers are no secret."""
    if not door.arguments - NOT_OWNED:
        return
    for who in right_ones(world, door):
        reach = door.reach(kind_of(who))
        if who in world.strangers and reach != HOUSE:
            elsewhere = (403, 404) if reach == COUNTER else (404,)
            yield Cell(door, f"another {who}", world.strangers[who], who, elsewhere)
        neighbour = {"clerk": "supervisor", "supervisor": "clerk"}.get(who)
        if neighbour and may(door, neighbour) and reach in (COUNTER, HELD):
            status = 403 if reach == COUNTER else 404
            yield Cell(door, f"{neighbour} at {who}'s", world.tokens[neighbour], who, (status,))


def asked(world: World, cell: Cell) -> Any:
    """The answer at this door; the address names what is theirs whose it is."""
    reach = cell.door.reach(kind_of(cell.whose)) if cell.whose else ""
    path = re.sub(
        "<(?:[^:<>]+(?:\\([^)]*\\))?:)?(\\w+)>",
        lambda found: world.id_for(found[1], cell.whose, reach),
        cell.door.path,
    )
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    client = world.house.app.test_client()
    cookie = COOKIES.get(kind_of(cell.who.removeprefix("revoked ")), COOKIES["staff"])
    if cell.door.is_page and cell.token:
        client.set_cookie(cookie, cell.token)
    elif cell.token is not None:
        headers["Authorization"] = f"Bearer {cell.token}"
    options: dict[str, Any] = {}
    if cell.door.method != "GET":
        options["json"] = body_for(world, cell.door, cell.whose)
    return client.open(
        path + query_for(cell.door.path), method=cell.door.method, headers=headers, **options
    )


def told(cell: Cell, answer: Any) -> str:
    code = (answer.json or {}).get("code", "") if answer.is_json else ""
    return (
        f"{cell.door.method} {cell.door.path} as {cell.who}: "
        f"{answer.status_code} {code}, not {cell.expected}"
    )


def tried(kept: Kept, cells: Iterator[Cell]) -> list[str]:
    """What was not refused as it had to be, or changed something."""
    faults = []
    for door, of_door in groupby(cells, key=lambda cell: cell.door):
        for cell in of_door:
            answer = asked(kept.world, cell)
            nothing = cell.door.path == EMPTY and answer.json == []
            if answer.status_code not in cell.expected and not nothing:
                faults.append(told(cell, answer))
            answer.close()
        if changed := kept.changed():
            faults.append(f"{door.method} {door.path} changed {changed}")
            kept.put_back()
    return faults


@pytest.fixture(scope="module")
def guarded(kept: Kept) -> list[Door]:
    """The doors that are not for everybody, pages excepted."""
    return [d for d in doors(kept.world.house.app) if "public" not in d.access.kinds]


@pytest.mark.security
def test_whom_a_door_is_not_for_is_refused_and_changes_nothing(kept, guarded):
    cells = [cell for door in guarded for cell in wrong_actors(kept.world, door)]
    faults = tried(kept, iter(cells))
    counted("door cells", "wrong actor, wrong role, dead token", len(cells))
    assert not faults, "\n".join(faults)


@pytest.mark.security
def test_what_is_somebody_elses_does_not_exist(kept, guarded):
    cells = [cell for door in guarded for cell in wrong_owners(kept.world, door)]
    faults = tried(kept, iter(cells))
    counted("door cells", "wrong owner, wrong hall, wrong counter", len(cells))
    assert not faults, "\n".join(faults)


@pytest.mark.security
def test_nothing_of_others_stands_in_a_list(kept, guarded):
    kept.put_back()  # without what was audited of who tried
    ids = {value for value in kept.world.ids.values() if A_LONG_ID.fullmatch(value)}
    faults, cells = [], 0
    for door in guarded:
        if door.method != "GET" or door.arguments - NOT_OWNED:
            continue
        for who in right_ones(kept.world, door):
            if who not in kept.world.strangers or door.reach(kind_of(who)) == HOUSE:
                continue
            cells += 1
            cell = Cell(door, who, kept.world.strangers[who], who, (200,))
            answer = asked(kept.world, cell)
            if answer.status_code not in (200, 204, 404):
                faults.append(told(cell, answer))
            shown = answer.get_data().decode(errors="replace")
            if leaked := ids & set(A_LONG_ID.findall(shown)):
                faults.append(f"{door.path} shows {leaked} to another {who}")
    counted("door cells", "lists read from elsewhere", cells)
    assert not faults, "\n".join(faults)


@pytest.mark.security
def test_whom_a_door_is_for_gets_in(kept, guarded):
    """Neither 401 nor 403 nor 404: what comes of it is another test's."""
    faults, cells, done = [], 0, 0
    for door in guarded:
        ours = right_ones(kept.world, door)
        if not ours:
            faults.append(f"{door.method} {door.path} is for {door.kinds}: nobody of this world")
        for who in ours:
            cells += 1
            cell = Cell(door, who, kept.world.tokens[who], who, (200,))
            answer = asked(kept.world, cell)
            done += answer.status_code < 300
            is_form = door.method != "GET" and not door.path.startswith("/api/")
            if is_form and answer.status_code == 403:
                continue  # for want of its page's CSRF token: tests/pages fill it in
            lacks = {404} if (door.path, who) in LACKS else set()
            if answer.status_code in {401, 403, 404, 500} - lacks:
                faults.append(told(cell, answer))
            if not door.path.endswith(STREAM):
                answer.get_data()
            answer.close()
            kept.put_back()
    counted("door cells", "right actor", cells)
    counted("door cells", "of which were done (2xx)", done)
    assert not faults, "\n".join(faults)


LACKS = {
    ("/api/v1/submissions/<submission_id>/document", "guide"),
    ("/api/v1/submissions/<submission_id>/document", "supervisor"),
    ("/api/v1/tickets/<ticket_id>/gaps/document", "citizen"),
}
"""Where the right actor finds nothing in this world, and is told 404 for it: what came of a typed
card has no paper at the desk; nothing was missing at a ticket that waits."""
EMPTY = "/api/v1/tickets/<ticket_id>/deliveries"
"""Tells every other counter that there is nothing: a console asks as the visit ends."""


NOT_YOURS = "这一页由"
AWAY = "Redirecting..."
"""To a page that is theirs."""


@pytest.mark.security
def test_pages_show_others_their_sign_in_and_nothing_else(kept):
    """As whoever has no cookie sees them; another role is told whose the page is."""
    world, faults, cells = kept.world, [], 0
    for door in (door for door in doors(world.house.app) if door.is_page and door.method == "GET"):
        whose = next(iter(right_ones(world, door)), "")
        stranger = shape(asked(world, Cell(door, "nobody", None, whose, ())))
        others = [
            who for who in world.tokens if not may(door, who) and (who in COOKIES or who in ROLES)
        ]
        for who in (*world.dead, *others):
            cells += 1
            token = world.dead[who] if who in world.dead else world.tokens[who]
            cell = Cell(door, who, token, whose, ())
            seen = shape(asked(world, cell))
            is_role = who in ROLES and "staff" in door.access.kinds
            if is_role and (NOT_YOURS in seen or AWAY in seen):
                continue
            if seen != stranger:
                faults.append(f"{door.path} as {who} is not what a stranger sees")
        if changed := kept.changed():
            faults.append(f"{door.path} changed {changed}")
            kept.put_back()
        for who in right_ones(world, door):
            cells += 1
            seen = shape(asked(world, Cell(door, who, world.tokens[who], who, ())))
            if seen == stranger or NOT_YOURS in seen:
                faults.append(f"{door.path} is kept from {who}")
    counted("door cells", "pages", cells)
    assert not faults, "\n".join(faults)


def with_cookies(world: World) -> list[str]:
    return [who for who in world.tokens if who in COOKIES or who in ROLES]


def shape(answer: Any) -> str:
    """A page without what is new in each answer: CSRF tokens, times."""
    text = answer.get_data(as_text=True)
    return re.sub(r'(name="csrf[^>]*>|content="[^"]{60,}"|value="[^"]{60,}")', "", text)


def test_each_door_once_with_each_wrong_kind(kept, guarded):
    """The short form for `make test`: one wrong actor of each kind, one dead token, a door."""
    few = ("nobody", "revoked kiosk", "citizen", "screen", "ticket")
    cells = [cell for door in guarded for cell in wrong_actors(kept.world, door) if cell.who in few]
    faults = tried(kept, iter(cells))
    assert not faults, "\n".join(faults)


def test_a_door_left_open_is_seen(kept):
    """A control: the same look at a door that lets a clerk do what is a supervisor's."""
    [door] = [
        d
        for d in doors(kept.world.house.app)
        if d.path == "/api/v1/staff/hall/stop-numbers" and d.method == "POST"
    ]
    open_to_supervisors = Cell(door, "supervisor", kept.world.tokens["supervisor"], "", (403,))
    faults = tried(kept, iter([open_to_supervisors]))
    assert len(faults) == 2
    assert "changed" in faults[1]

"""What every sequence does, in memory and on each server found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from queueing.errors import NotReady
from queueing.sequence import Claim, Entry, Sequence, Snapshot
from tests.queueing.conftest import build

LATE = 15 * 60_000
AB = (("A",), ("B",))


def entry(
    ticket: str,
    serial: int,
    due: int = 1000,
    lane: str = "A",
    version: int = 1,
    counter: str | None = None,
) -> Entry:
    return Entry(ticket, version, lane, due, serial, counter)


def next_ticket(sequence: Sequence, token: str, counter: str = "1", now: int = 0) -> str | None:
    claim = sequence.claim_next(counter, AB, token, now, LATE)
    return claim.entry.ticket if claim else None


def called(sequence: Sequence, counter: str = "1", now: int = 0) -> list[str]:
    """Everybody this counter would call, in order."""
    found: list[str] = []
    while ticket := next_ticket(sequence, f"all-{counter}-{len(found)}", counter, now):
        found.append(ticket)
    return found


def waiting(sequence: Sequence) -> list[str]:
    return [entry.ticket for entry in sequence.snapshot().entries]


# -- The order


def test_nobody_waits(sequence: Sequence) -> None:
    assert sequence.claim_next("1", AB, "t", 0, LATE) is None


def test_by_due_then_by_serial(sequence: Sequence) -> None:
    sequence.enter(entry("late", 1, due=30))
    sequence.enter(entry("second", 10, due=20))
    sequence.enter(entry("first", 9, due=20))
    sequence.enter(entry("before-the-day", 11, due=-5))
    assert called(sequence) == ["before-the-day", "first", "second", "late"]


@pytest.mark.parametrize("sign", [1, -1])
def test_exact_for_large_dues(sequence: Sequence, sign: int) -> None:
    far = sign * 2**52
    for serial, due in enumerate((far + 1, far, far - 1), start=1):
        sequence.enter(entry(f"t{serial}", serial, due=due))
    assert [e.due for e in sequence.snapshot().entries] == [far - 1, far, far + 1]
    assert [sequence.position(f"t{n}") for n in (3, 2, 1)] == [0, 1, 2]
    sequence.enter(entry("bound", 9, due=far, counter="1"))
    assert sequence.position("bound") == 2
    assert called(sequence, now=far) == ["t3", "t2", "bound", "t1"]


def test_the_lanes_of_a_tier_are_one_queue(sequence: Sequence) -> None:
    sequence.enter(entry("b1", 1, due=10, lane="B"))
    sequence.enter(entry("a2", 2, due=10, lane="A"))
    sequence.enter(entry("b3", 3, due=5, lane="B"))
    claims = [sequence.claim_next("1", (("A", "B"),), t, 0, LATE) for t in "xyz"]
    assert [claim and claim.entry.ticket for claim in claims] == ["b3", "b1", "a2"]


def test_a_later_tier_waits_for_the_earlier(sequence: Sequence) -> None:
    sequence.enter(entry("b", 1, due=0, lane="B"))
    sequence.enter(entry("a", 2, due=9, lane="A"))
    first = sequence.claim_next("1", AB, "x", 10, LATE)
    second = sequence.claim_next("1", AB, "y", 10, LATE)
    assert first == Claim(entry("a", 2, due=9), "x", "1", 10, tier=1, overdue=False, others=1)
    assert second == Claim(
        entry("b", 1, due=0, lane="B"), "y", "1", 10, tier=2, overdue=False, others=0
    )


def test_an_overdue_ticket_moves_to_the_first_tier(sequence: Sequence) -> None:
    sequence.enter(entry("b", 1, due=0, lane="B"))
    sequence.enter(entry("a", 2, due=1, lane="A"))
    assert next_ticket(sequence, "x", now=LATE - 1) == "a"
    sequence.release("a", "x")
    claim = sequence.claim_next("1", AB, "y", LATE, LATE)
    assert claim is not None
    assert (claim.entry.ticket, claim.tier, claim.overdue) == ("b", 1, True)


def test_an_overdue_ticket_still_goes_by_its_due(sequence: Sequence) -> None:
    sequence.enter(entry("b", 1, due=5, lane="B"))
    sequence.enter(entry("a", 2, due=1, lane="A"))
    first = sequence.claim_next("1", AB, "x", LATE + 60_000, LATE)
    second = sequence.claim_next("1", AB, "y", LATE + 60_000, LATE)
    assert first
    assert second
    assert (first.entry.ticket, first.tier, first.overdue) == ("a", 1, False)
    assert (second.entry.ticket, second.tier, second.overdue) == ("b", 1, True)


def test_a_lane_named_twice_stands_in_its_earliest_tier(sequence: Sequence) -> None:
    sequence.enter(entry("b", 1, due=0, lane="B"))
    sequence.enter(entry("a", 2, due=9, lane="A"))
    claim = sequence.claim_next("1", (("A",), ("B", "A")), "x", 0, LATE)
    assert claim is not None
    assert (claim.entry.ticket, claim.tier, claim.others) == ("a", 1, 1)


def test_a_lane_the_counter_does_not_serve(sequence: Sequence) -> None:
    sequence.enter(entry("c", 1, lane="C", due=-(10**9)))
    assert called(sequence) == []


def test_a_bound_ticket_is_for_its_counter_only(sequence: Sequence) -> None:
    sequence.enter(entry("bound", 1, due=5, counter="2"))
    sequence.enter(entry("free", 2, due=6))
    assert called(sequence, "1", now=10**9) == ["free"]
    assert called(sequence, "2") == ["bound"]


def test_a_bound_ticket_stands_in_the_first_tier_whatever_its_lane(sequence: Sequence) -> None:
    sequence.enter(entry("b", 1, due=7, lane="Z", counter="1"))
    sequence.enter(entry("a", 2, due=8))
    claim = sequence.claim_next("1", AB, "x", 10, LATE)
    assert claim == Claim(
        entry("b", 1, due=7, lane="Z", counter="1"), "x", "1", 10, 1, overdue=False, others=1
    )


def test_serials_that_met_by_mistake_lose_nobody(sequence: Sequence) -> None:
    sequence.enter(entry("x", 7))
    sequence.enter(entry("y", 7))
    assert called(sequence) == ["x", "y"]


@pytest.mark.parametrize("ticket", ["号票", "a:b", "{x}", '"', "\\", "%s", "t 1"])
def test_any_text_names_a_ticket(sequence: Sequence, ticket: str) -> None:
    there = entry(ticket, 1, counter=ticket)
    sequence.enter(there)
    assert sequence.position(ticket) == 0
    claim = sequence.claim_next(ticket, AB, ticket, 0, LATE)
    assert claim == Claim(there, ticket, ticket, 0, 1, overdue=False, others=0)
    assert sequence.snapshot().claims == (claim,)
    assert sequence.release(ticket, ticket)
    assert sequence.snapshot().entries == (there,)


# -- Versions


def test_a_higher_version_replaces_an_entry(sequence: Sequence) -> None:
    assert sequence.enter(entry("t", 1, version=1))
    assert sequence.enter(entry("t", 2, version=2, lane="B", due=7, counter="3"))
    assert sequence.snapshot().entries == (entry("t", 2, version=2, lane="B", due=7, counter="3"),)
    assert called(sequence, "1") == []
    assert called(sequence, "3") == ["t"]


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_already_seen_changes_nothing(sequence: Sequence, version: int) -> None:
    sequence.enter(entry("t", 1, version=2))
    assert not sequence.enter(entry("t", 2, version=version, due=7))
    assert not sequence.remove("t", version)
    assert sequence.snapshot().entries == (entry("t", 1, version=2),)


def test_many_enter_as_each_of_them_would(sequence: Sequence) -> None:
    sequence.enter(entry("seen", 1, version=2))
    sequence.remove("gone", 5)
    fresh = [entry(f"t{n}", n, due=-n, counter="1" if n % 2 else None) for n in range(2, 252)]
    stale = [entry("seen", 1, version=2, due=9), entry("gone", 3, version=4)]
    assert sequence.enter_all([stale[0], *fresh, stale[1], fresh[0]]) == len(fresh)
    expected = sorted([entry("seen", 1, version=2), *fresh], key=lambda one: one.place)
    assert sequence.snapshot().entries == tuple(expected)
    assert sequence.enter_all([]) == 0


def test_versions_are_numbers_not_text(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=9))
    assert sequence.enter(entry("t", 1, version=10))
    assert not sequence.enter(entry("t", 1, version=9))


def test_a_removed_ticket_is_remembered(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=1))
    assert sequence.remove("t", 3)
    assert not sequence.enter(entry("t", 1, version=2))
    assert waiting(sequence) == []
    assert sequence.enter(entry("t", 1, version=4))


def test_removing_comes_before_entering(sequence: Sequence) -> None:
    assert not sequence.remove("t", 2)
    assert not sequence.enter(entry("t", 1, version=1))
    assert waiting(sequence) == []


def test_a_higher_version_replaces_a_claim(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1))
    assert next_ticket(sequence, "x") == "t"
    assert sequence.enter(entry("t", 2, version=2))
    assert sequence.snapshot().claims == ()
    assert waiting(sequence) == ["t"]
    assert not sequence.release("t", "x")
    assert sequence.snapshot().entries == (entry("t", 2, version=2),)


def test_removing_ends_a_claim(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1))
    next_ticket(sequence, "x")
    assert sequence.remove("t", 2)
    assert not sequence.release("t", "x")
    assert sequence.snapshot() == Snapshot(True, "g1", (), ())


def test_a_dropped_sequence_remembers_nothing(sequence: Sequence) -> None:
    sequence.enter(entry("held", 1, version=5))
    next_ticket(sequence, "x")
    sequence.enter(entry("t", 2, version=5))
    sequence.enter(entry("b", 3, version=5, counter="1"))
    sequence.drop()
    assert sequence.snapshot() == Snapshot(False, "", (), ())
    assert sequence.expired_claims(10**9) == ()
    build(sequence)
    assert called(sequence) == []
    assert sequence.enter(entry("t", 2, version=1))


# -- Claims


def test_a_claimed_ticket_does_not_wait(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1))
    assert next_ticket(sequence, "x") == "t"
    assert sequence.position("t") is None
    assert next_ticket(sequence, "y", counter="2") is None
    assert sequence.claim("2", "t", 1, "z", 0) is None


def test_the_same_token_gives_the_same_claim(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1))
    first = sequence.claim_next("1", AB, "x", 5, LATE)
    sequence.enter(entry("u", 2, due=0))
    assert sequence.claim_next("1", AB, "x", 6, LATE) == first
    assert waiting(sequence) == ["u"]


@pytest.mark.parametrize(
    "end",
    [
        lambda s: s.confirm("t", "x", 2),
        lambda s: s.release("t", "x"),
        lambda s: s.remove("t", 2),
        lambda s: s.enter(entry("t", 1, version=2)),
        lambda s: s.repair("t", "x", None, 2),
    ],
    ids=["confirm", "release", "remove", "enter", "repair"],
)
def test_a_token_counts_while_its_claim_stands(
    sequence: Sequence, end: Callable[[Sequence], object]
) -> None:
    sequence.enter(entry("t", 1))
    next_ticket(sequence, "x")
    end(sequence)
    sequence.enter(entry("u", 2, due=0))
    assert next_ticket(sequence, "x") == "u"


def test_a_ticket_called_by_hand(sequence: Sequence) -> None:
    sequence.enter(entry("a", 1))
    sequence.enter(entry("c", 2, lane="C", counter="9"))
    claim = sequence.claim("1", "c", 1, "x", 7)
    assert claim == Claim(
        entry("c", 2, lane="C", counter="9"), "x", "1", 7, tier=0, overdue=False, others=0
    )
    assert sequence.claim("1", "c", 1, "x", 8) == claim
    assert called(sequence, "9") == ["a"]


def test_by_hand_only_what_waits_with_this_version(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=2))
    assert sequence.claim("1", "t", 1, "x", 0) is None
    assert sequence.claim("1", "t", 3, "x", 0) is None
    assert sequence.claim("1", "nobody", 1, "x", 0) is None
    assert sequence.claim("1", "t", 2, "x", 0) is not None


def test_a_token_holds_one_ticket(sequence: Sequence) -> None:
    sequence.enter(entry("a", 1))
    sequence.enter(entry("b", 2))
    first = sequence.claim("1", "a", 1, "x", 0)
    assert sequence.claim("1", "b", 1, "x", 0) is None
    assert sequence.claim_next("1", AB, "x", 0, LATE) == first
    assert waiting(sequence) == ["b"]


def test_confirming(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=1))
    next_ticket(sequence, "x")
    assert sequence.confirm("t", "x", 2)
    assert not sequence.confirm("t", "x", 2)
    assert not sequence.release("t", "x")
    assert not sequence.enter(entry("t", 1, version=1))
    assert sequence.snapshot() == Snapshot(True, "g1", (), ())


def test_confirming_with_the_version_that_waited_changes_nothing(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=2))
    next_ticket(sequence, "x")
    assert not sequence.confirm("t", "x", 2)
    assert len(sequence.snapshot().claims) == 1


def test_a_confirm_lost_then_pass_and_rejoin(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=1))
    next_ticket(sequence, "x")
    sequence.enter(entry("t", 2, version=4, due=50))
    assert not sequence.confirm("t", "x", 2)
    assert sequence.snapshot().entries == (entry("t", 2, version=4, due=50),)


def test_a_confirm_after_the_sequence_was_rebuilt_meanwhile(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=1))
    next_ticket(sequence, "x")
    sequence.drop()
    sequence.enter(entry("t", 1, version=1))
    build(sequence)
    assert not sequence.confirm("t", "x", 2)
    assert waiting(sequence) == []


def test_releasing_restores_the_very_place(sequence: Sequence) -> None:
    for serial, ticket in enumerate("abc", start=1):
        sequence.enter(entry(ticket, serial))
    sequence.enter(entry("bound", 4, counter="1"))
    before = sequence.snapshot()
    for token, ticket in (("x", "a"), ("y", "b"), ("z", "bound")):
        assert sequence.claim("1", ticket, 1, token, 0)
    for token, ticket in (("z", "bound"), ("x", "a"), ("y", "b")):
        assert sequence.release(ticket, token)
    assert sequence.snapshot() == before
    assert called(sequence) == ["a", "b", "c", "bound"]


def test_only_the_holder_releases(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1))
    next_ticket(sequence, "x")
    assert not sequence.release("t", "y")
    assert not sequence.release("nobody", "x")
    assert sequence.release("t", "x")
    assert not sequence.release("t", "x")


def test_claims_expire_oldest_first(sequence: Sequence) -> None:
    for serial, ticket in enumerate("abc", start=1):
        sequence.enter(entry(ticket, serial))
    claims = [sequence.claim_next("1", AB, f"x{now}", now, LATE) for now in (30, -10, 20)]
    assert sequence.expired_claims(30) == (claims[1], claims[2])
    assert sequence.snapshot().claims == (claims[1], claims[2], claims[0])
    sequence.release("b", "x-10")
    sequence.confirm("c", "x20", 2)
    assert sequence.expired_claims(31) == (claims[0],)


# -- Repair


def test_repair_puts_a_row_back_whatever_was_seen(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=9))
    sequence.repair("t", None, entry("t", 2, version=3, lane="B"), 3)
    assert sequence.snapshot().entries == (entry("t", 2, version=3, lane="B"),)
    assert sequence.enter(entry("t", 2, version=4))


def test_repair_enters_what_is_missing(sequence: Sequence) -> None:
    sequence.remove("t", 9)
    sequence.repair("t", None, entry("t", 1, version=3), 3)
    assert waiting(sequence) == ["t"]


def test_repair_takes_out_what_does_not_wait(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=9))
    sequence.repair("t", None, None, 3)
    assert waiting(sequence) == []
    assert sequence.enter(entry("t", 1, version=4))


def test_repair_by_token_settles_the_claim(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=1))
    next_ticket(sequence, "x")
    sequence.repair("t", "y", None, 2)
    assert len(sequence.snapshot().claims) == 1
    sequence.repair("t", "x", entry("t", 1, version=2, lane="B"), 2)
    assert sequence.snapshot() == Snapshot(True, "g1", (entry("t", 1, version=2, lane="B"),), ())
    sequence.repair("t", "x", None, 3)
    assert waiting(sequence) == ["t"]


def test_repair_without_token_leaves_a_claim_alone(sequence: Sequence) -> None:
    sequence.enter(entry("t", 1, version=1))
    claim = sequence.claim_next("1", AB, "x", 0, LATE)
    assert claim is not None
    sequence.repair("t", None, entry("t", 1, version=1), 1)
    sequence.repair("t", None, None, 2)
    assert sequence.snapshot() == Snapshot(True, "g1", (), (claim,))


# -- Position


def test_position_counts_the_lane_bound_ones_included(sequence: Sequence) -> None:
    sequence.enter(entry("a1", 1, due=10))
    sequence.enter(entry("b", 2, due=0, lane="B"))
    sequence.enter(entry("a2", 3, due=10, counter="1"))
    sequence.enter(entry("a3", 4, due=10))
    sequence.enter(entry("a0", 5, due=9, counter="2"))
    sequence.enter(entry("b-bound", 6, due=9, lane="B", counter="2"))
    tickets = ("a0", "a1", "a2", "a3", "b", "b-bound")
    assert [sequence.position(ticket) for ticket in tickets] == [0, 1, 2, 3, 0, 1]
    assert sequence.position("nobody") is None


# -- Ready


def test_not_ready_is_never_nobody_waits(unbuilt: Sequence) -> None:
    unbuilt.enter(entry("t", 1))
    for asked in (
        lambda: unbuilt.claim_next("1", AB, "x", 0, LATE),
        lambda: unbuilt.claim("1", "t", 1, "x", 0),
        lambda: unbuilt.position("t"),
    ):
        with pytest.raises(NotReady):
            asked()


def test_writers_go_on_during_a_build(unbuilt: Sequence) -> None:
    assert unbuilt.begin_build("x", 0, 1000)
    assert unbuilt.enter(entry("a", 1))
    assert unbuilt.enter(entry("b", 2))
    assert unbuilt.enter(entry("c", 3))
    assert unbuilt.remove("a", 2)
    assert not unbuilt.confirm("b", "lost", 2)
    unbuilt.repair("c", None, entry("c", 4), 1)
    assert unbuilt.snapshot() == Snapshot(False, "", (entry("c", 4),), ())
    assert unbuilt.finish_build("x", "g7")
    assert unbuilt.snapshot() == Snapshot(True, "g7", (entry("c", 4),), ())


def test_one_builds_at_a_time(unbuilt: Sequence) -> None:
    assert unbuilt.begin_build("x", -10, 1000)
    assert not unbuilt.begin_build("y", 989, 1000)
    assert unbuilt.begin_build("x", 500, 1000)
    assert not unbuilt.begin_build("y", 1499, 1000)
    assert unbuilt.begin_build("y", 1500, 1000)
    assert not unbuilt.finish_build("x", "gx")
    assert not unbuilt.snapshot().ready
    assert unbuilt.finish_build("y", "gy")
    assert unbuilt.finish_build("y", "gy")
    assert not unbuilt.finish_build("x", "gx")
    assert not unbuilt.begin_build("z", 10**9, 1000)
    assert unbuilt.snapshot().generation == "gy"


def test_a_lease_that_ran_out_still_stands_until_another_builds(unbuilt: Sequence) -> None:
    assert unbuilt.begin_build("x", 0, 1)
    assert unbuilt.finish_build("x", "g")


def test_a_build_dropped_meanwhile_does_not_finish(unbuilt: Sequence) -> None:
    assert unbuilt.begin_build("x", 0, 1000)
    unbuilt.drop()
    assert not unbuilt.finish_build("x", "g")
    assert not unbuilt.snapshot().ready


def test_the_order_after_a_rebuild_is_the_order_before(sequence: Sequence) -> None:
    for serial in range(1, 30):
        counter = "1" if serial % 5 == 0 else None
        sequence.enter(
            entry(f"t{serial}", serial, due=-serial % 7, lane="AB"[serial % 2], counter=counter)
        )
    before = sequence.snapshot().entries
    sequence.drop()
    assert sequence.begin_build("x", 0, 1000)
    for one in sorted(before, key=lambda e: e.ticket):
        sequence.enter(one)
    assert sequence.finish_build("x", "g1")
    assert sequence.snapshot().entries == before

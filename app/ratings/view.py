"""Ratings as the outside sees them."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.catalog.plan import HallPlan
from app.core.http import wire_time
from app.core.parts import parts
from app.ratings.queries import Rating, counts, counts_by, is_over, of_day
from app.ratings.rules import Counts, Grade, rated_until
from app.ratings.service import words_of
from app.staff.queries import all_staff
from app.tickets.queries import Ticket


def rating_out(ticket: Ticket, given: Rating | None, plan: HallPlan) -> dict[str, Any]:
    """What a visit was given, and whether and until when it may be rated."""
    until = rated_until(plan, ticket.day)
    may = given is None and parts().clock.now() < until and is_over(ticket)
    return {
        "grade": given and given.grade,
        "at": given and wire_time(given.at, plan.zone),
        "open": may,
        "until": wire_time(until, plan.zone),
    }


def counts_out(counted: Counts) -> dict[str, Any]:
    """One line of numbers."""
    by_grade = {str(grade): counted.grades[grade] for grade in Grade}
    return {
        **by_grade,
        "rated": counted.rated,
        "unrated": counted.unrated,
        "praise": counted.praise,
    }


def ratings_out(plan: HallPlan, day: date) -> dict[str, Any]:
    """A hall day's ratings for who answers for the hall."""
    names = {f"staff:{one.id}": one.username for one in all_staff(plan.code)}
    by = {target: counts_by(target, plan.code, day, day) for target in ("counter", "clerk", "item")}
    return {
        "date": day.isoformat(),
        "counts": counts_out(counts(plan.code, day, day)),
        "counters": [{"counter": no, **counts_out(of)} for no, of in by["counter"].items()],
        "clerks": [
            {"clerk": names.get(who, who), **counts_out(of)} for who, of in by["clerk"].items()
        ],
        "items": [{"item": code, **counts_out(of)} for code, of in by["item"].items()],
        "ratings": [
            {
                **_given(rating),
                "at": wire_time(rating.at, plan.zone),
                "number": rating.number,
                "clerk": names.get(rating.served_by, rating.served_by),
                "words": words_of(rating),
            }
            for rating in of_day(plan.code, day)
        ],
    }


def counter_ratings_out(plan: HallPlan, day: date, counter: str) -> dict[str, Any]:
    """The same for the clerk of one counter, who is not told who gave what: neither number nor
    time, nor the words, and the grades in an order of their own."""
    counted = counts_out(counts(plan.code, day, day, counter=counter))
    given = [_given(rating) for rating in of_day(plan.code, day, counter=counter)]
    hidden = dict.fromkeys(("at", "number", "clerk", "words"))
    return {
        "date": day.isoformat(),
        "counts": counted,
        "counters": [{"counter": counter, **counted}],
        "clerks": [],
        "items": [],
        "ratings": [
            {**rating, **hidden}
            for rating in sorted(given, key=lambda rating: list(Grade).index(rating["grade"]))
        ],
    }


def _given(rating: Any) -> dict[str, Any]:
    return {
        "grade": rating.grade,
        "channel": rating.channel,
        "counter": rating.counter,
        "items": rating.items,
    }

"""What an application for another term says: all of it from the library, so that nobody types it.
Pure, and the same as long as nothing of it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.citizens.rules import masked_number
from app.core.said import Said, day_said
from app.licences.fields import plain
from app.licences.kinds import Kind
from app.licences.queries import Licence
from app.renewals.dates import end_of_term
from app.renewals.plans import Plan, TermFrom
from app.renewals.rules import DAY

SHOWN_METADATA = ("number", "holder_name", "issuer_name", "issued_on", "valid_from", "valid_until")
"""What every application says of its licence, in this order."""


@dataclass(frozen=True, slots=True)
class AskedTerm:
    """The term that is asked for."""

    begins: date | None
    """Its first day; None: the day of the decision."""
    months: int | None
    """None: without an end."""

    def days(self, decided_on: date) -> tuple[date, date | None]:
        """Its first and its last day, were it granted on this one."""
        begins = self.begins or decided_on
        return begins, None if self.months is None else end_of_term(begins, self.months)


@dataclass(frozen=True, slots=True)
class Application:
    """What stands in it."""

    holder_kind: str
    """person, firm."""
    holder_number: str
    """A person's masked: agents read it, too."""
    values: Mapping[str, str]
    """Of the licence, by name, as it keeps them: SHOWN_METADATA, then what its kind has."""
    term: AskedTerm
    applicant: str
    """Who applies for the holder, where that is another."""

    @property
    def holder_name(self) -> str:
        return self.values["holder_name"]


def application_of(
    licence: Licence, kind: Kind, plan: Plan, holder_number: str, applicant: str
) -> Application:
    """The application for this licence, with a plan that has one tap. `applicant`: "" for its
    holder."""
    said = {name: licence.value(name) for name in SHOWN_METADATA}
    said |= {field.name: licence.data.get(field.name) for field in kind.fields}
    firm = licence.holder_kind == "firm"
    return Application(
        holder_kind=licence.holder_kind,
        holder_number=holder_number if firm else masked_number(holder_number),
        values={name: plain(value) for name, value in said.items() if value is not None},
        term=asked_term(licence, kind, plan),
        applicant=applicant,
    )


def asked_term(licence: Licence, kind: Kind, plan: Plan) -> AskedTerm:
    """The term by this kind's own rule; for a licence that ends."""
    assert plan.one_tap is not None  # noqa: S101
    assert licence.valid_until is not None  # noqa: S101
    term = plan.one_tap.term
    goes_on = term.counted_from is TermFrom.OLD_END
    return AskedTerm(
        licence.valid_until + DAY if goes_on else None, term.months or kind.validity.months
    )


def kept(application: Application) -> dict[str, Any]:
    """As JSON keeps it."""
    begins = application.term.begins
    term = {"begins": begins and begins.isoformat(), "months": application.term.months}
    return {**asdict(application), "term": term}


def application_kept(said: Mapping[str, Any]) -> Application:
    """As it was before `kept` wrote it down."""
    term = said["term"]
    begins = term["begins"] and date.fromisoformat(term["begins"])
    return Application(**{**said, "term": AskedTerm(begins, term["months"])})


def term_said(term: AskedTerm) -> Said:
    """The term in words."""
    if term.months is None:
        return Said("长期有效")
    if term.begins is None:
        return Said("自准予延续之日起%(length)s", {"length": _length(term.months)})
    begins, ends = term.days(term.begins)
    assert ends is not None  # noqa: S101
    return Said("%(begins)s至%(ends)s", {"begins": day_said(begins), "ends": day_said(ends)})


def _length(months: int) -> Said:
    years, rest = divmod(months, 12)
    return (
        Said("%(count)s 个月", {"count": months})
        if rest
        else Said("%(count)s 年", {"count": years})
    )

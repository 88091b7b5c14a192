"""Every column of sealed values, and what each value in it is sealed for. A guard test compares it
with the tables: what were missing here would not go over to a new key, and be lost with the old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter


@dataclass(frozen=True, slots=True)
class SealedColumn:
    table: str
    column: str
    purpose: str
    """What a value is sealed for; `{name}` in it stands for that column of its row."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Only rows with these values, where one column is sealed for several purposes."""
    index: str = ""
    """The column with the blind index of the same value, if it has one."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns the purpose is made of."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.purpose) if name)


SEALED = (
    SealedColumn(
        "people", "number_sealed", "people.id_number", {"kind": "person"}, index="number_index"
    ),
    SealedColumn(
        "people", "number_sealed", "people.credit_code", {"kind": "firm"}, index="number_index"
    ),
    SealedColumn("people", "phone_sealed", "people.phone", index="phone_index"),
    SealedColumn("citizens", "openid_sealed", "citizens.openid", index="openid_index"),
    SealedColumn("citizens", "phone_sealed", "citizens.phone"),
    SealedColumn("staff", "totp_sealed", "staff.totp:{id}"),
    SealedColumn("acts_for", "name_sealed", "acts_for.name"),
    SealedColumn("notices", "phone_sealed", "notices.phone:{id}"),
    SealedColumn("notices", "private_sealed", "notices.private:{id}"),
    SealedColumn("appointments", "name_sealed", "appointments.name"),
    SealedColumn("waiting_list", "name_sealed", "waiting_list.name"),
    SealedColumn("ratings", "words_sealed", "ratings.words_sealed"),
    SealedColumn("licences", "content_sealed", "licences.content:{id}"),
    SealedColumn("authorisations", "holder_name_sealed", "authorisations.holder_name"),
    SealedColumn("authorisations", "agent_name_sealed", "authorisations.agent_name"),
    SealedColumn("submissions", "name_sealed", "submissions.name:{id}"),
    SealedColumn("submissions", "values_sealed", "submissions.values:{id}"),
    SealedColumn("submissions", "sources_sealed", "submissions.sources:{id}"),
    SealedColumn("submission_changes", "before_sealed", "submission_changes.before:{id}"),
    SealedColumn("submission_changes", "after_sealed", "submission_changes.after:{id}"),
    SealedColumn("gap_notices", "content_sealed", "gap_notices.content:{id}"),
    SealedColumn("documents", "pdf_sealed", "documents.pdf:{id}"),
    SealedColumn("documents", "facts_sealed", "documents.facts:{id}"),
    SealedColumn("deliveries", "content_sealed", "deliveries.content:{id}"),
    SealedColumn("delivery_events", "told_sealed", "delivery_events.told:{key}"),
    SealedColumn("box_uses", "content_sealed", "box_uses.content:{id}"),
    SealedColumn("box_uses", "code_sealed", "box_uses.code:{id}"),
    SealedColumn("renewals", "shown_sealed", "renewals.shown:{id}"),
    SealedColumn("renewals", "handing_sealed", "renewals.handing:{id}"),
    SealedColumn("renewals", "asked_for_sealed", "renewals.asked_for:{id}"),
    SealedColumn("renewals", "reason_sealed", "renewals.reason:{id}"),
    SealedColumn("renewals", "contest_sealed", "renewals.contest:{id}"),
    SealedColumn("renewal_checks", "told_sealed", "renewal_checks.told:{id}"),
    SealedColumn("idempotency_keys", "answer_sealed", "idempotency_keys.answer_sealed"),
)

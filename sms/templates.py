"""What text messages say: one registered template for each kind of notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter

from sms.errors import SmsRefused
from sms.gateway import SmsText

KINDS = (
    "booked",
    "changed",
    "cancelled",
    "missed",
    "reminder",
    "near",
    "called",
    "passed",
    "freed",
    "waiting",
    "gaps",
    "expiring",
    "renewal",
    "collect",
)
FACTS = ("item", "hall", "when", "number", "ahead", "counter", "note", "name", "code")
LINK = "link"
LONGEST = 35
"""Characters a vendor takes for one placeholder (Alibaba's limit, the lower of the two)."""
THIS_YEAR = re.compile(r"^\d{4}年(?=\d{1,2}月\d{1,2}日 )")
"""Nobody is told of an hour more than weeks away, and every character is paid for; a day alone, on
which a licence ends, may be years off."""
PLAIN = str.maketrans({"【": "(", "】": ")", "[": "(", "]": ")"})
"""Brackets mark the signature: no vendor takes them elsewhere."""


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    """What the vendor calls it."""
    text: str
    """Without the signature; {fact} where a fact goes, {link} for the end of a link."""

    @property
    def places(self) -> tuple[str, ...]:
        """Names of its placeholders, in their order."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.text) if name is not None)


@dataclass(frozen=True, slots=True)
class Templates:
    sign: str
    """The registered signature, without brackets."""
    link_base: str
    """How every link begins. It is part of a template's text, since no vendor takes a host as a
    value."""
    of: Mapping[str, Template]
    """By kind of notice."""
    without_link: Mapping[str, Template]
    """For each kind that has a link in it, what is said where none can be made."""

    def wants_link(self, kind: str) -> bool:
        """Whether a message of this kind has a link in it, which must be made before."""
        return LINK in self.of[kind].places

    def text(self, kind: str, facts: Mapping[str, str], link: str = "") -> SmsText:
        """The message of this kind, without a link where there is none. Raises SmsRefused where a
        fact it needs is not told."""
        template = self.of[kind] if link else self.without_link.get(kind, self.of[kind])
        given = {name: fitted(value) for name, value in facts.items()}
        if link:
            given[LINK] = link.removeprefix(self.link_base)
        missing = [name for name in template.places if not given.get(name)]
        if missing:
            raise SmsRefused("fact_missing", ", ".join(missing))
        words = template.text.format_map(given)
        if link and not link.startswith(self.link_base):  # of the sandbox: it must open here
            words = words.replace(self.link_base + link, link)
        return SmsText(
            template.id,
            tuple(given[name] for name in template.places),
            f"【{self.sign}】{words}",
        )


def fitted(value: str) -> str:
    """As vendors take a value: one line, no brackets, cut where it is too long."""
    line = THIS_YEAR.sub("", " ".join(value.split()).translate(PLAIN))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def registered(template: Template, written: Callable[[int], str]) -> str:
    """The text as it is registered, its placeholders as the vendor writes the n-th."""
    parts, n = [], 0
    for plain, name, _, _ in Formatter().parse(template.text):
        parts.append(plain)
        if name is not None:
            n += 1
            parts.append(written(n))
    return "".join(parts)

"""Whether a licence qualifies for its renewal with one tap: named checks, each with its answer, its
reason in plain words and its evidence. Pure.

No check refuses anybody. What speaks against a renewal, and what nobody knows, is for a person to
decide (PIPL article 24); where the way with one tap is not open, the ordinary one is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from app.citizens.rules import BEIJING
from app.core.public_records import MAY_PASS, Answer, Question, Silence, Truth, unknown
from app.core.said import Both, Said, day_said
from app.licences.fields import Value, plain
from app.licences.identifier import parse
from app.licences.kinds import METADATA, Kind
from app.licences.queries import Licence
from app.licences.rules import State
from app.renewals.plans import Plan, SiteCheck

TOO_OLD = timedelta(days=30)
"""What a register knew so long ago says nothing of today."""
ASK_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long after its first, second and third silence a register is asked again."""


class Outcome(StrEnum):
    """What follows from all findings of one judgement."""

    QUALIFIES = "qualifies"
    PERSON = "person"
    """Something speaks against it, or nobody knows: a person looks at it."""
    CLOSED = "closed"
    """Not with one tap: the ordinary way is open to them. Never of what was asked for already."""
    RETRY = "retry"
    """A register told nothing, and may when it is asked again: `next_ask`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a judgement goes by."""

    licence: Licence
    """As it is now."""
    kind: Kind
    plan: Plan
    today: date
    window: tuple[date, date] | None
    """The first and the last day on which it may be asked for; None where none can be told."""
    open_cases: Collection[str] = ()
    """What else is under way on this licence: the codes people know it by."""
    others: Collection[Licence] = ()
    """The licences of its holder, this one among them or not."""
    names: Mapping[str, Both] = field(default_factory=dict)
    """What their kinds are called, by code."""
    register: Mapping[str, Answer] = field(default_factory=dict)
    """Question -> answer, of those that were asked."""
    asked_on: date | None = None
    """The day on which it was confirmed; None: nobody did, or they thought better of it. Who asked
    in time has done so, also when a register answers days later."""

    @property
    def day(self) -> date:
        """The day that terms are looked at by."""
        return self.asked_on or self.today


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    answer: Truth
    """Yes speaks for the renewal."""
    reason: Said
    evidence: Mapping[str, Any]
    """What was looked at, where and when, as JSON keeps it; nobody's values: `evidence_said`."""
    may_pass: bool = False
    """Nothing is known, and may be when it is asked again."""


@dataclass(frozen=True, slots=True)
class Judgement:
    findings: Mapping[str, Finding]
    """By the names of CHECKS, in the order in which they were made."""
    outcome: Outcome

    @property
    def doubts(self) -> dict[str, Finding]:
        """What does not speak for the renewal."""
        found = self.findings.items()
        return {name: each for name, each in found if each.answer is not Truth.YES}


def judge(plan: Plan, facts: Facts) -> Judgement:
    """Every check of the plan, after those that no plan leaves out.

    Where these close the way, nothing else is looked at: called without answers of registers, it
    tells whether they need be asked at all. Whoever has applied is not sent another way: a person
    looks at what would have closed it before."""
    first = _first(facts)
    if _closes(first) and facts.asked_on is None:
        return Judgement(first, Outcome.CLOSED)
    names = plan.one_tap.checks if plan.one_tap else ()
    rest = {name: CHECKS[name].look(facts) for name in names if name not in first}
    findings = {**first, **rest}
    return Judgement(findings, _outcome(findings.values()))


def closed_by(facts: Facts) -> Mapping[str, Finding]:
    """What closes the way with one tap to whoever has not applied; empty while it is open. Neither
    other licences nor cases nor registers tell anything of it."""
    judgement = Judgement(_first(facts), Outcome.CLOSED)
    return judgement.doubts if _closes(judgement.findings) else {}


def _first(facts: Facts) -> dict[str, Finding]:
    """Of the checks that no plan leaves out."""
    return {name: CHECKS[name].look(facts) for name in ALWAYS}


def _closes(first: Mapping[str, Finding]) -> bool:
    return any(found.answer is Truth.NO for found in first.values())


def _outcome(findings: Collection[Finding]) -> Outcome:
    doubts = [each for each in findings if each.answer is not Truth.YES]
    if not doubts:
        return Outcome.QUALIFIES
    return Outcome.RETRY if all(each.may_pass for each in doubts) else Outcome.PERSON


def next_ask(asked_times: int, now: datetime) -> datetime | None:
    """When registers that told nothing are asked again, after so many tries; None: no more, a
    person decides."""
    return now + ASK_AGAIN_AFTER[asked_times - 1] if asked_times <= len(ASK_AGAIN_AFTER) else None


# The checks


def _published(facts: Facts) -> Finding:
    since = facts.plan.one_tap.published_on if facts.plan.one_tap else None
    evidence = _evidence(facts, "list", published_on=since)
    if since is None or facts.day < since:
        words = "这类证照不在一键延续的清单上，请按通常的方式办理。"
        return Finding(Truth.NO, Said(words), evidence)
    words = "这类证照在一键延续的清单上，%(on)s公布。"
    return Finding(Truth.YES, Said(words, {"on": day_said(since)}), evidence)


def _state_valid(facts: Facts) -> Finding:
    licence, day = facts.licence, facts.day
    evidence = _evidence(
        facts, "library", licence=licence.id, state=licence.state, valid_until=licence.valid_until
    )
    ran_out = facts.asked_on is not None and licence.state is State.EXPIRED
    if licence.state is State.OTHER or ran_out:  # that its term is over says nothing against it
        words = "证照状态待核实。"
        return Finding(Truth.UNKNOWN, Said(words), evidence)
    newer = _newer(licence, facts.others)
    if newer is not None:
        words = "这本证照已经换发了新的一本，请看新证。"
        return Finding(Truth.NO, Said(words), evidence | {"newer": newer.id})
    if not licence.valid_on(day):
        words = "证照现在是“%(state)s”，不能一键延续，请按通常的方式办理。"
        return Finding(Truth.NO, Said(words, {"state": Said(licence.state_words(day))}), evidence)
    if licence.valid_until is None:
        return Finding(Truth.YES, Said("证照有效，没有截止日期。"), evidence)
    words = "证照有效，有效期至%(until)s。"
    return Finding(Truth.YES, Said(words, {"until": day_said(licence.valid_until)}), evidence)


def _newer(licence: Licence, others: Collection[Licence]) -> Licence | None:
    """The edition that took its place, though nobody told the library that this one is over: some
    issuers count the version up, others keep the number only."""
    serial = _serial(licence)
    for other in others:
        same = other.number == licence.number or _serial(other) == serial
        later = (other.issued_on, other.version) > (licence.issued_on, licence.version)
        if other.kind == licence.kind and same and later:
            return other
    return None


def _serial(licence: Licence) -> tuple[str, str]:
    identifier = parse(licence.identifier)
    return identifier.issuer, identifier.serial


def _in_window(facts: Facts) -> Finding:
    if facts.window is None:
        words = "这本证照算不出申请延续的期限。"
        return Finding(Truth.UNKNOWN, Said(words), _evidence(facts, "term"))
    first, last = facts.window
    days = {"from": day_said(first), "by": day_said(last)}
    evidence = _evidence(facts, "term", ask_from=first, ask_by=last, asked_on=facts.asked_on)
    if facts.day < first:
        words = "还没到申请延续的时间，%(from)s起可以申请。"
        return Finding(Truth.NO, Said(words, days), evidence)
    if facts.day > last:
        words = "申请延续的最后一天是%(by)s，已经过了，请按通常的方式办理。"
        return Finding(Truth.NO, Said(words, days), evidence)
    words = "在申请延续的期限内：%(from)s至%(by)s。"
    return Finding(Truth.YES, Said(words, days), evidence)


def _no_open_case(facts: Facts) -> Finding:
    evidence = _evidence(facts, "cases", cases=sorted(facts.open_cases))
    if facts.open_cases:
        words = "这本证照另有 %(count)s 件事项正在办理。"
        return Finding(Truth.NO, Said(words, {"count": len(facts.open_cases)}), evidence)
    return Finding(Truth.YES, Said("这本证照没有其他正在办理的事项。"), evidence)


REGISTER_WORDS = {
    (Question.HOLDER_ACTIVE, Truth.YES): "持证人的登记状态正常。",
    (Question.HOLDER_ACTIVE, Truth.NO): "记录显示持证人的登记状态不正常。",
    (Question.NOT_DISHONEST, Truth.YES): "持证人不在严重失信主体名单上。",
    (Question.NOT_DISHONEST, Truth.NO): "记录显示持证人在严重失信主体名单上。",
    (Question.NO_PENALTY, Truth.YES): "持证人没有尚未履行的行政处罚。",
    (Question.NO_PENALTY, Truth.NO): "记录显示持证人有尚未履行的行政处罚。",
}
SILENCE_WORDS = {
    Silence.NOT_CONNECTED: "本厅没有接入能查这一项的系统。",
    Silence.NOT_ASKED: "这一项还没有查询。",
    Silence.NOT_ANSWERED: "查询的系统没有答复，这一项还不能确定。",
    Silence.NOT_UNDERSTOOD: "查询的系统答复有误，这一项还不能确定。",
    Silence.NOT_KNOWN: "查询的系统没有能说明这一项的记录。",
}
TOO_OLD_WORDS = "查到的记录截至%(as_of)s，已经过旧。"


def _by_register(question: Question, facts: Facts) -> Finding:
    answer = _sensible(facts.register.get(question) or unknown(Silence.NOT_ASKED), facts.today)
    as_of = answer.as_of and answer.as_of.astimezone(BEIJING).date()
    evidence = _evidence(
        facts,
        "register",
        source=answer.source,
        reference=answer.reference,
        as_of=as_of,
        silence=answer.silence,
    )
    if answer.silence is not None:
        words = SILENCE_WORDS[answer.silence]
        return Finding(Truth.UNKNOWN, Said(words), evidence, answer.silence in MAY_PASS)
    if as_of is not None and facts.today - as_of > TOO_OLD:
        return Finding(Truth.UNKNOWN, Said(TOO_OLD_WORDS, {"as_of": day_said(as_of)}), evidence)
    return Finding(answer.truth, Said(REGISTER_WORDS[question, answer.truth]), evidence)


def _sensible(answer: Answer, today: date) -> Answer:
    """The answer, if it is one: something is known as of a day that has come, or nothing is."""
    as_of = answer.as_of and answer.as_of.astimezone(BEIJING).date()
    told = answer.truth is not Truth.UNKNOWN
    if told and (as_of is None or as_of > today + timedelta(days=1)):  # its clock may be ahead
        return unknown(Silence.NOT_UNDERSTOOD, answer.source)
    if not told and answer.silence is None:
        return unknown(Silence.NOT_KNOWN, answer.source)
    return answer


def _unchanged(facts: Facts) -> Finding:
    same_as = facts.plan.one_tap.same_as if facts.plan.one_tap else {}
    compared: dict[str, str] = {}
    different: dict[str, dict[str, str]] = {}
    lacking = not same_as
    for code, pairs in same_as.items():
        other = _newest(code, facts)
        if other is None:
            lacking = True
            continue
        compared[code] = other.id
        for name, its_name in pairs.items():
            ours, theirs = facts.licence.value(name), other.value(its_name)
            if ours is None or theirs is None:
                lacking = True
            elif _folded(ours) != _folded(theirs):
                different.setdefault(code, {})[name] = its_name
    evidence = _evidence(facts, "compared", with_licences=compared, different=different)
    if different:
        words = "%(fields)s与%(licences)s上的不同。"
        names = dict.fromkeys(name for pairs in different.values() for name in pairs)
        told = {
            "fields": _titles(facts.kind, list(names)),
            "licences": _listed([facts.names.get(code, Both(code, "")) for code in different]),
        }
        return Finding(Truth.NO, Said(words, told), evidence)
    if lacking:
        words = "没有能够核对内容的有效证照。"
        return Finding(Truth.UNKNOWN, Said(words), evidence)
    words = "%(fields)s与其他证照核对一致。"
    titles = {"fields": _titles(facts.kind, [name for pairs in same_as.values() for name in pairs])}
    return Finding(Truth.YES, Said(words, titles), evidence)


def _newest(code: str, facts: Facts) -> Licence | None:
    """Their newest licence of a kind, if it holds: whatever an earlier one said is over."""
    of_kind = [each for each in facts.others if each.kind == code]
    newest = max(of_kind, key=lambda each: (each.issued_on, each.version), default=None)
    return newest if newest and newest.valid_on(facts.today) else None


def _folded(value: Value) -> str:
    """Registers write the same address with other spaces, brackets and figures."""
    return "".join(unicodedata.normalize("NFKC", plain(value)).casefold().split())


def _titles(kind: Kind, names: Sequence[str]) -> Said | Both:
    fields = [(name, kind.field(name)) for name in names]
    return _listed([Both(f.title, f.title_en) if f else Said(METADATA[name]) for name, f in fields])


def _listed(names: Sequence[Said | Both]) -> Said | Both:
    if len(names) == 1:
        return names[0]
    return Said("%(first)s、%(rest)s", {"first": names[0], "rest": _listed(names[1:])})


def _no_site_check(facts: Facts) -> Finding:
    demand = facts.plan.one_tap.site_check if facts.plan.one_tap else SiteCheck.ALWAYS
    evidence = _evidence(facts, "plan", site_check=demand)
    match demand:
        case SiteCheck.NEVER:
            return Finding(Truth.YES, Said("按规定不需要现场核查。"), evidence)
        case SiteCheck.ALWAYS:
            words = "按规定须现场核查。"
            return Finding(Truth.NO, Said(words), evidence)
    unchanged = _unchanged(facts)
    words = {
        Truth.YES: "内容没有变化，按规定不需要现场核查。",
        Truth.NO: "内容有变化，按规定须现场核查。",
        Truth.UNKNOWN: "还不能确定内容有没有变化，是否须现场核查也不能确定。",
    }[unchanged.answer]
    return Finding(unchanged.answer, Said(words), {**unchanged.evidence, "site_check": demand})


@dataclass(frozen=True, slots=True)
class Check:
    """A check as plans name it."""

    title: str
    look: Callable[[Facts], Finding]


CHECKS: Mapping[str, Check] = {
    "published": Check("一键延续清单", _published),
    "state_valid": Check("证照状态", _state_valid),
    "in_window": Check("申请期限", _in_window),
    "no_open_case": Check("其他在办事项", _no_open_case),
    **{
        question.value: Check(title, partial(_by_register, question))
        for question, title in {
            Question.HOLDER_ACTIVE: "持证人登记状态",
            Question.NOT_DISHONEST: "严重失信记录",
            Question.NO_PENALTY: "行政处罚",
        }.items()
    },
    "unchanged": Check("内容变化", _unchanged),
    "no_site_check": Check("现场核查", _no_site_check),
}
"""What a plan may name."""
ALWAYS = ("published", "state_valid", "in_window")
"""Made for every plan, first."""


# Evidence


def _evidence(facts: Facts, where: str, **looked_at: Any) -> dict[str, Any]:
    """`where`: a key of EVIDENCE_WORDS; days as JSON keeps them, what is not there left out."""
    told = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in looked_at.items()
        if value not in (None, "")
    }
    return {"where": where, "on": facts.today.isoformat(), **told}


EVIDENCE_WORDS = {
    "list": "%(on)s查一键延续清单",
    "library": "%(on)s查电子证照库",
    "term": "%(on)s按这类证照的申请期限核对",
    "cases": "%(on)s查本系统的在办事项",
    "plan": "%(on)s查这类证照的延续规则",
    "compared": "%(on)s与电子证照库中的其他证照核对",
    "register": "%(on)s查%(source)s，数据截至%(as_of)s",
    "decision": "%(on)s查%(source)s，数据截至%(as_of)s，文号%(reference)s",
    "silence": "%(on)s查询，没有得到能用的答复",
    "not_asked": "没有查询",
}


def evidence_said(evidence: Mapping[str, Any]) -> Said:
    """What was looked at, where and when, of a finding's evidence as it was kept."""
    where = evidence["where"]
    if where == "register":
        match evidence:
            case {"silence": Silence.NOT_ASKED | Silence.NOT_CONNECTED}:
                where = "not_asked"
            case {"silence": _}:
                where = "silence"
            case {"reference": _}:
                where = "decision"
    days = {
        name: day_said(date.fromisoformat(evidence[name]))
        for name in ("on", "as_of")
        if name in evidence
    }
    said = {name: evidence[name] for name in ("source", "reference") if name in evidence}
    return Said(EVIDENCE_WORDS[where], said | days)

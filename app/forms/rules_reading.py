"""The rules of a definition: what fills its fields, what must fit together, which papers it asks
for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.forms.conditions import Condition
from app.forms.conditions_reading import Fields, read_condition
from app.forms.fields_reading import Asked
from app.forms.form import Check, Kind, Material, Origin, Subject, Way
from app.forms.kinds_judging import Kinds, faults_of_paper, faults_of_source
from app.forms.layout_reading import no_circles
from app.forms.reading import NOTE_AT_MOST, Part, listed, plainly, unknown
from app.forms.types import FIRM_FACTS, PERSON_FACTS, TYPE_WORDS, takes, type_of
from app.forms.vocabulary import KEPT

SOURCES = (
    "person.name",
    "firm.name",
    "licence:证照类型.栏名",
    "archive.词",
    "last.栏名",
    "constant",
)
FACTS = {Kind.PERSON: PERSON_FACTS, Kind.FIRM: FIRM_FACTS}
LOCKABLE = (Kind.PERSON, Kind.FIRM, Kind.LICENCE)
REUSE_AT_MOST = 120
"""Months."""
CHECKED = ("if", "then", "at", "say", "say_en")
PAPER = ("code", "name", "name_en", "when", "by", "reuse_months", "promise_text", "promise_text_en")


def read_prefill(
    written: Part, fields: Fields, subject: Subject | None, kinds: Kinds | None
) -> dict[str, list[Origin | None]]:
    """Field -> where to look, in the file's order; None where that could not be read."""
    found: dict[str, list[Origin | None]] = {}
    prefill = written.part("prefill")
    for name in prefill.written:
        if name not in fields:
            prefill.fault(name, unknown("schema 里没有这一栏：", name, list(fields)))
            continue
        rules = [_origin(rule, fields[name], fields, subject) for rule in prefill.parts(name)]
        for place, origin in enumerate(rules):
            if origin and origin.kind is Kind.LICENCE and kinds is not None:
                for words in faults_of_source(origin, fields[name], subject, kinds):
                    prefill.notes.fault(prefill.at(name, place, "from"), words)
        if prefill.written[name] in (None, []):
            prefill.fault(name, "没有写任何来源；每个来源写成“- {from: …}”")
        _never_reached(prefill, name, rules)
        found[name] = rules
    asked: dict[str, Condition | None] = {
        name: {"all": [rule.when for rule in rules if rule and rule.when]}
        for name, rules in found.items()
    }
    no_circles(written, "prefill", asked, "自动填充的条件绕成了圈")
    return found


def _never_reached(prefill: Part, name: str, rules: list[Origin | None]) -> None:
    for place, rule in enumerate(rules[:-1]):
        if rule and rule.kind is Kind.CONSTANT and rule.when is None:
            prefill.notes.warn(
                prefill.at(name, place),
                "这个固定值总是有的，它后面的来源永远轮不到；请把它放在最后",
            )


def _origin(rule: Part, field: Asked, fields: Fields, subject: Subject | None) -> Origin | None:
    known = rule.only("from", "value", "when", "lock")
    if not rule.sound or not (known or rule.has("from")):
        return None
    source = rule.text("from", required=f"没有 from：值从哪里来；可以写：{listed(SOURCES)}")
    if not source:
        return None
    when, expired = _when(rule, source, fields)
    lock = rule.yes_no("lock", default=False)
    origin = _parsed(rule, source, when, expired, lock)
    if origin is None:
        return None
    if origin.kind is Kind.CONSTANT:
        if not rule.has("value"):
            rule.fault("value", "固定值（constant）要写 value")
    elif "value" in rule.written:
        rule.fault("value", "只有 from: constant 才写 value")
    _judge_source(rule, origin, field, fields, subject)
    if lock and (origin.kind not in LOCKABLE or expired or origin.name == "phone"):
        rule.fault("lock", "只有核实过的来源（实名、企业、有效证照）才能锁定，这个来源不能")
    return origin


def _when(rule: Part, source: str, fields: Fields) -> tuple[Condition | None, bool]:
    """The condition, and whether a licence may have expired."""
    written = rule.written.get("when")
    if not isinstance(written, Mapping) or "licence" not in written:
        return read_condition(rule, "when", fields), False
    validity, path = written["licence"], rule.at("when", "licence")
    if not source.startswith("licence:"):
        rule.notes.fault(path, "licence 条件只能用在 from: licence:… 的来源上")
    if validity not in ("valid", "any"):
        rule.notes.fault(path, "这里只能写 valid（只用有效的证照）或 any（过期的也可以参考）")
    rest = {key: value for key, value in written.items() if key != "licence"}
    if not rest:
        return None, validity == "any"
    inner = replace(rule, written={**rule.written, "when": rest})
    return read_condition(inner, "when", fields), validity == "any"


def _parsed(
    rule: Part, source: str, when: Condition | None, expired: bool, lock: bool
) -> Origin | None:
    head, dot, name = source.partition(".")
    kind, colon, licence = head.partition(":")
    known = kind in list(Kind)
    right = {
        Kind.LICENCE: bool(colon and licence and dot and name),
        Kind.CONSTANT: not colon and not dot,
    }
    if not known or not right.get(Kind(kind), bool(dot and name and not colon)):
        rule.fault("from", f"看不懂的来源“{source}”；可以写：{listed(SOURCES)}")
        return None
    return Origin(Kind(kind), name, licence or None, rule.written.get("value"), when, expired, lock)


def _judge_source(
    rule: Part, origin: Origin, field: Asked, fields: Fields, subject: Subject | None
) -> None:
    if origin.kind is Kind.FIRM and subject is Subject.PERSON:
        rule.fault("from", "这张表只由个人填写（for: person），没有企业信息")
    if origin.kind in FACTS:
        facts = FACTS[origin.kind]
        if origin.name not in facts:
            words = unknown(f"{origin.kind} 没有这一项：", origin.name, list(facts))
            rule.fault("from", words)
            return
        judge_type(rule, field, facts[origin.name])
    elif origin.kind is Kind.ARCHIVE:
        if origin.name not in KEPT:
            rule.fault("from", unknown("档案里没有这个词：", origin.name, KEPT))
            return
        judge_type(rule, field, KEPT[origin.name].type)
    elif origin.kind is Kind.LAST:
        if origin.name not in fields:
            rule.fault("from", unknown("这张表没有这一栏：", origin.name, list(fields)))
            return
        if fields[origin.name].sound and type_of(fields[origin.name]) != type_of(field):
            judge_type(rule, field, type_of(fields[origin.name]))


def judge_type(rule: Part, field: Asked, given: str) -> None:
    """What comes from there must be something the field takes."""
    if field.sound and not takes(field, given):
        theirs, mine = TYPE_WORDS.get(given, "号码"), TYPE_WORDS[type_of(field)]
        rule.fault("from", f"来源是{theirs}，“{field.name}”是{mine}，填不进去")


def read_checks(written: Part, fields: Fields) -> tuple[Check, ...]:
    """Rules over several fields."""
    found = []
    for check in written.parts("checks"):
        check.only(*CHECKED)
        when = read_condition(check, "if", fields)
        then = read_condition(check, "then", fields)
        if not check.has("then"):
            check.fault("then", "没有 then：应当成立的条件")
        at = [
            name
            for place, name in enumerate(check.list("at"))
            if _is_field(check, place, name, fields)
        ]
        if not check.has("at"):
            check.fault("at", "没有 at：这句话显示在哪几栏，例如 [day]")
        say = check.text(
            "say", longest=NOTE_AT_MOST, required="没有 say：不符合时对办事人说的一句话"
        )
        english = check.english("say_en", "say")
        if then is not None:
            found.append(Check(then, tuple(at), say, english, when))
    return tuple(found)


def _is_field(check: Part, place: int, name: Any, fields: Fields) -> bool:
    if isinstance(name, str) and name in fields:
        return True
    words = unknown("schema 里没有这一栏：", plainly(name), list(fields))
    check.notes.fault(check.at("at", place), words)
    return False


def read_materials(
    written: Part, fields: Fields, subject: Subject | None, kinds: Kinds | None
) -> tuple[Material, ...]:
    """The papers."""
    found: dict[str, Material] = {}
    for paper in written.parts("materials"):
        paper.only(*PAPER)
        code = paper.code("code", "没有 code：材料的代码，例如 lease")
        if code in found:
            paper.fault("code", f"材料代码“{code}”在前面已经用过")
        ways = _ways(paper, subject, kinds)
        found[code] = Material(
            code=code,
            name=paper.text("name", required="没有 name：材料的名称"),
            name_en=paper.english("name_en", "name"),
            ways=ways,
            when=read_condition(paper, "when", fields),
            reuse_months=_reuse(paper, ways),
            promise_text=_promise(paper, ways),
            promise_text_en=paper.english("promise_text_en", "promise_text"),
        )
    return tuple(found.values())


def _ways(
    paper: Part, subject: Subject | None, kinds: Kinds | None
) -> tuple[tuple[Way, str | None], ...]:
    written = paper.list("by")
    if not written:
        paper.fault("by", "没有 by：怎样交这份材料，例如 [bring]")
    found: list[tuple[Way, str | None]] = []
    for place, each in enumerate(written):
        path = paper.at("by", place)
        word, colon, kind = plainly(each).partition(":")
        if word not in list(Way) or (word == Way.LICENCE) != bool(colon and kind):
            choices = ("licence:证照类型", *(way for way in Way if way is not Way.LICENCE))
            paper.notes.fault(path, f"看不懂的方式“{plainly(each)}”；可以写：{listed(choices)}")
            continue
        way = (Way(word), kind or None)
        if way in found:
            paper.notes.fault(path, f"“{each}”写了两次")
        if found and found[-1][0] is Way.BRING:
            paper.notes.fault(path, "bring（自带）后面的方式永远轮不到；请把 bring 放在最后")
        if kind and kinds is not None:
            for words in faults_of_paper(kind, subject, kinds):
                paper.notes.fault(path, words)
        found.append(way)
    return tuple(found)


def _reuse(paper: Part, ways: tuple[tuple[Way, str | None], ...]) -> int | None:
    months = paper.written.get("reuse_months")
    kept = any(way is Way.ARCHIVE for way, _ in ways)
    if months is None:
        if kept:
            paper.fault(
                "by", "用档案里的材料（archive）要写 reuse_months：交过以后几个月内不用再交"
            )
        return None
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= REUSE_AT_MOST:
        paper.fault("reuse_months", f"应是 1 到 {REUSE_AT_MOST} 的整数，单位是月")
        return None
    if not kept:
        paper.fault("reuse_months", "by 里没有 archive，写了 reuse_months 也用不上")
    return months


def _promise(paper: Part, ways: tuple[tuple[Way, str | None], ...]) -> str:
    promised = any(way is Way.PROMISE for way, _ in ways)
    text = paper.text("promise_text", longest=NOTE_AT_MOST)
    if promised and not text:
        paper.fault("by", "告知承诺（promise）要写 promise_text：承诺书上的话")
    if text and not promised:
        paper.fault("promise_text", "by 里没有 promise，写了 promise_text 也用不上")
    return text

"""What a licence that is brought in must be, and when one holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from app.citizens import rules as citizens
from app.core.errors import DomainError
from app.licences.errors import RecordWrong
from app.licences.fields import Unfit, Value, read_date, read_text
from app.licences.identifier import parse
from app.licences.kinds import HolderKind, Kind

R = TypeVar("R")

NUMBER_AT_MOST = 64
NAME_AT_MOST = 200


class State(StrEnum):
    """As GB/T 36903 counts them: STATE_CODES."""

    VALID = "valid"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    OTHER = "other"


STATE_CODES = dict(zip(("01", "03", "04", "05", "06", "07", "99"), State, strict=True))
STATE_WORDS = {
    State.VALID: "有效",
    State.REVOKED: "已撤销",
    State.CANCELLED: "已注销",
    State.EXPIRED: "已失效",
    State.MOVED: "已转出",
    State.WITHDRAWN: "已吊销",
    State.OTHER: "状态待核实",
}
PAST_ITS_TERM = "已过期"
"""What a licence is called that nobody ended, but whose last day is over."""
BEFORE_ITS_TERM = "尚未生效"


def is_valid_on(state: str, valid_from: date | None, valid_until: date | None, day: date) -> bool:
    """Whether a licence holds on this day, its first and last included."""
    begun = valid_from is None or valid_from <= day
    return state == State.VALID and begun and (valid_until is None or day <= valid_until)


def state_words(state: str, valid_from: date | None, valid_until: date | None, day: date) -> str:
    """What is said of a licence on this day, in Chinese."""
    if state == State.VALID and valid_until is not None and valid_until < day:
        return PAST_ITS_TERM
    if state == State.VALID and valid_from is not None and day < valid_from:
        return BEFORE_ITS_TERM
    return STATE_WORDS[State(state)]


@dataclass(frozen=True, slots=True)
class LicenceRecord:
    """A licence as its register says it, judged."""

    kind: str
    identifier: str
    """With the OID."""
    holder_kind: str
    """person, firm."""
    holder_number: str
    """Identity number or credit code."""
    holder_name: str
    number: str
    issuer: str
    """The issuer as the identifier has it: a credit code, or a place's six digits."""
    issuer_name: str
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    state: State
    version: str
    predecessor: str | None
    """The identifier of what it took the place of."""
    place: str | None
    """Six digits, GB/T 2260."""
    data: Mapping[str, Value]
    as_of: datetime
    """When its register said so."""


@dataclass(frozen=True, slots=True)
class NewTerm:
    """What another edition of a licence says of its days."""

    issued_on: date
    valid_from: date
    valid_until: date | None
    """Its last day; None: it does not end."""


FIELDS = tuple(each.name for each in fields(LicenceRecord))
MISSING = "缺少这一项"


def judge(record: Mapping[str, Any], kinds: Mapping[str, Kind], today: date) -> LicenceRecord:
    """What somebody brings in as a licence, under the names of LicenceRecord; text and numbers as
    CSV or JSON have them, and what is empty counts as left out.

    May be left out: `holder_kind` where the kind tells it; `issuer` and `version`, which the
    identifier holds; `valid_from`, `valid_until` where the kind sets no term, `state` (valid),
    `predecessor`, `place`, and of `data` what the kind does not require.

    Raises RecordWrong with every fault found: (field, words)."""
    given = {name: value for name, value in record.items() if value not in (None, "")}
    faults = [(name, "没有这一项") for name in given if name not in FIELDS]

    def read(name: str, reader: Callable[[str], R], otherwise: R | None = None) -> R | None:
        if name not in given:
            if otherwise is None:
                faults.append((name, MISSING))
            return otherwise
        return _caught(name, lambda: reader(_text(given[name])), faults)

    def may(name: str, reader: Callable[[str], R]) -> R | None:
        return read(name, reader) if name in given else None

    kind = kinds.get(str(given.get("kind", "")))
    if kind is None:
        words = f"没有“{hidden(str(given['kind']))}”这个证照类型" if "kind" in given else MISSING
        raise RecordWrong([*faults, ("kind", words)])
    identifier = read("identifier", parse)
    holder_kind = read("holder_kind", _holder_kind(kind), _only(kind))
    issued_on = read("issued_on", read_date)
    valid_from, valid_until = may("valid_from", read_date), may("valid_until", read_date)
    judged: dict[str, Any] = {
        "kind": kind.code,
        "identifier": str(identifier),
        "holder_kind": holder_kind,
        "holder_number": read("holder_number", _number_of(holder_kind, today)),
        "holder_name": read("holder_name", lambda text: read_text(text, NAME_AT_MOST)),
        "number": read("number", lambda text: read_text(text, NUMBER_AT_MOST)),
        "issuer": read("issuer", _issuer, identifier.issuer if identifier else ""),
        "issuer_name": read("issuer_name", lambda text: read_text(text, NAME_AT_MOST)),
        "issued_on": issued_on,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "state": read("state", _state, State.VALID),
        "version": read("version", _version, identifier.version if identifier else ""),
        "predecessor": may("predecessor", lambda text: str(parse(text))),
        "place": may("place", _place),
        "data": _data(given.get("data", {}), kind, today, faults),
        "as_of": read("as_of", _moment),
    }
    if identifier and identifier.type_code != kind.type_code:
        faults.append(("identifier", f"不是“{kind.name}”的类型代码 {kind.type_code}"))
    if kind.validity.months is not None and "valid_until" not in given:
        faults.append(("valid_until", f"“{kind.name}”有期限，须写明有效期止"))
    if issued_on and issued_on > today:
        faults.append(("issued_on", "颁发日期晚于今天"))
    as_of = judged["as_of"]
    if as_of and as_of.astimezone(citizens.BEIJING).date() > today:
        faults.append(("as_of", "晚于今天"))
    begins = valid_from or issued_on
    if begins and valid_until and valid_until < begins:
        earlier = "有效期起" if valid_from else "颁发日期"
        faults.append(("valid_until", f"有效期止早于{earlier}"))
    if faults:
        raise RecordWrong(faults)
    return LicenceRecord(**judged)


def hidden(text: str) -> str:
    """Enough of a text to find it by, its middle hidden: where columns are shifted, it may be
    anybody's number."""
    shown = min(8, len(text) // 4)
    return text[:shown] + "*" * min(8, len(text) - 2 * shown) + text[len(text) - shown :]


def _caught(name: str, reading: Callable[[], R], faults: list[tuple[str, str]]) -> R | None:
    try:
        return reading()
    except Unfit as error:
        faults.append((name, str(error)))
    except DomainError as error:
        faults.append((name, error.detail.rstrip("。")))
    return None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Unfit("应是文字")
    return str(value).strip()


def _data(given: Any, kind: Kind, today: date, faults: list[tuple[str, str]]) -> dict[str, Value]:
    if not isinstance(given, Mapping):
        faults.append(("data", "应是各字段的名称和内容"))
        return {}
    said = {name: value for name, value in given.items() if value not in (None, "")}
    known = {field.name: field for field in kind.fields}
    faults += [(f"data.{name}", "这类证照没有这个字段") for name in said if name not in known]
    faults += [
        (f"data.{name}", MISSING) for name in known if known[name].required and name not in said
    ]
    data: dict[str, Value] = {}
    for name in known.keys() & said.keys():
        reading = partial(known[name].read, said[name], today)
        value = _caught(f"data.{name}", reading, faults)
        if value is not None:
            data[name] = value
    return data


def _only(kind: Kind) -> str | None:
    """Who alone may hold a licence of this kind."""
    return None if kind.holder is HolderKind.EITHER else str(kind.holder)


def _holder_kind(kind: Kind) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in ("person", "firm"):
            raise Unfit("只能是 person（个人）或 firm（企业）")
        if _only(kind) not in (None, text):
            raise Unfit(f"“{kind.name}”不由这类持证人持有")
        return text

    return read


def _number_of(holder_kind: str | None, today: date) -> Callable[[str], str]:
    if holder_kind == "firm":
        return lambda text: citizens.credit_code(text).value
    return lambda text: citizens.id_number(text, today).value


def _issuer(text: str) -> str:
    if not re.fullmatch("[0-9A-Z]{6,18}", text):
        raise Unfit("应是颁发机构的统一社会信用代码")
    return text


def _state(text: str) -> State:
    state = STATE_CODES.get(text)
    if state is None and text not in list(State):
        raise Unfit(f"只能是 {'、'.join(State)} 或 {'、'.join(STATE_CODES)} 之一")
    return state or State(text)


def _version(text: str) -> str:
    if not re.fullmatch("[0-9]{1,3}", text):
        raise Unfit("应是三位数字，如 001")
    return text.zfill(3)


def _place(text: str) -> str:
    if not re.fullmatch("[0-9]{6}", text):
        raise Unfit("应是六位行政区划代码")
    return text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unfit("应是日期和时刻，如 2026-10-01T09:30:00+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=citizens.BEIJING)

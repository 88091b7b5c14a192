"""A register of licences, invented, with right check digits: for tests, and to be measured.

register(rows)            records as an importing file has them, one a time
csv_of(records, kinds)    the same as a CSV file; jsonl_of(records)
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from stdnum.cn import ric, uscc

from app.licences.identifier import identifier_of
from app.licences.importing.columns import TITLES
from app.licences.kinds import Kind, parse_kinds

KINDS = """
kinds:
  - code: id-card
    name: 居民身份证
    name_en: ID card
    type_code: 11100000000013338W101
    holder: person
    validity: {years: 20}
    expected: 200
    fields:
      - {name: address, title: 住址, required: true, personal: true}
      - {name: sex, title: 性别}
  - code: business-licence
    name: 营业执照
    name_en: Business licence
    type_code: 11100000000013338W102
    holder: firm
    names_representative: representative_id_number
    validity: {none: true}
    fields:
      - {name: representative, title: 法定代表人, required: true, personal: true}
      - {name: representative_id_number, title: 法定代表人证件号码, type: id-number, personal: true}
      - {name: address, title: 经营场所, required: true}
      - {name: capital, title: 注册资本, type: amount, unit: 万元}
  - code: food-licence
    name: 食品经营许可证
    name_en: Food licence
    type_code: 11100000000013338W103
    holder: firm
    validity: {years: 5}
    fields:
      - {name: premises, title: 经营场所, required: true}
      - {name: area, title: 面积, type: number, unit: 平方米}
      - {name: inspected_on, title: 核查日期, type: date}
"""
ISSUER = "11430000006122244L"
FIRST = date(2018, 1, 1)
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜䶮"
GIVEN = "伟芳娜敏静磊军洋勇艳杰娟涛明超霞平刚桂英华建国志强秀兰丽玉梅𠮷"
STREETS = ["解放路", "人民路", "建设路", "中山路", "新华街", "和平路", "胜利街", "文化路"]


@cache
def kinds() -> tuple[Kind, ...]:
    return parse_kinds(KINDS)


def register(
    rows: int,
    people: int | None = None,
    seed: int = 1,
    known: Sequence[Kind] | None = None,
    serial: int = 0,
) -> Iterator[dict[str, Any]]:
    """So many licences, of every kind in turn, of about so many holders; `serial`: of the first."""
    rng = Random(seed)  # noqa: S311 (chance that makes up licences guards nothing)
    people = people or max(1, rows * 3 // 5)
    known = known or kinds()
    for nth in range(rows):
        kind = known[nth % len(known)]
        holder = nth % people if rows <= people else rng.randrange(people)
        yield licence(kind, serial + nth, holder, rng)


def licence(kind: Kind, nth: int, holder: int, rng: Random) -> dict[str, Any]:
    issued = FIRST + timedelta(days=nth % 3000)
    name = person_name(holder)
    firm = kind.holder == "firm"
    said: dict[str, Any] = {
        "kind": kind.code,
        "identifier": str(identifier_of(kind.type_code, ISSUER, f"{nth:012}")),
        "number": f"JY{nth:014}",
        "holder_kind": "firm" if firm else "person",
        "holder_number": credit_code(holder) if firm else id_number(holder),
        "holder_name": f"青禾市{name}商贸有限公司" if firm else name,
        "issuer": ISSUER,
        "issuer_name": "青禾市行政审批服务局",
        "issued_on": issued.isoformat(),
        "valid_from": issued.isoformat(),
        "place": "430100",
        "as_of": f"2026-10-{1 + nth % 28:02}T08:00:00+08:00",
        "data": {field.name: invented(field, holder, nth, rng) for field in kind.fields},
    }
    if kind.validity.months:
        said["valid_until"] = (issued + timedelta(days=30 * kind.validity.months)).isoformat()
    return said


def invented(field: Any, holder: int, nth: int, rng: Random) -> str:
    match field.type:
        case "id-number":
            return id_number(holder + 7)
        case "credit-code":
            return credit_code(holder + 7)
        case "phone":
            return f"138{nth % 10**8:08}"
        case "number" | "amount":
            return f"{10 + nth % 900}.5"
        case "date":
            return (FIRST + timedelta(days=nth % 3000)).isoformat()
        case _ if field.name in ("address", "premises"):
            return f"青禾市{STREETS[nth % len(STREETS)]}{rng.randrange(1, 900)}号{nth % 30 + 1}栋"
        case _:
            return person_name(holder + 7)


def person_name(nth: int) -> str:
    return FAMILY[nth % len(FAMILY)] + GIVEN[nth // 7 % len(GIVEN)] + GIVEN[nth % len(GIVEN)]


def id_number(nth: int) -> str:
    born = date(1950, 1, 1) + timedelta(days=nth // 500 % 20_000)
    body = f"430102{born:%Y%m%d}{nth % 500 + 100:03}"
    return body + ric.calc_check_digit(f"{body}0")


def credit_code(nth: int) -> str:
    body = f"91430100MA{nth:07}"
    return body + uscc.calc_check_digit(f"{body}0")


# Files


def columns(known: Iterable[Kind]) -> list[str]:
    """Every column of a CSV file of these kinds."""
    return [*TITLES, *dict.fromkeys(f"data.{f.name}" for kind in known for f in kind.fields)]


def csv_of(
    records: Iterable[dict[str, Any]],
    encoding: str = "utf-8",
    known: Sequence[Kind] | None = None,
) -> bytes:
    """A file of these records; in English, as a program would write it."""
    file = io.StringIO()
    table = csv.DictWriter(file, columns(known or kinds()))
    table.writeheader()
    table.writerows(flat(record) for record in records)
    return file.getvalue().encode(encoding)


def flat(record: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in record.items() if name != "data"}
    return plain | {f"data.{name}": value for name, value in record["data"].items()}


def jsonl_of(records: Iterable[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in records).encode()

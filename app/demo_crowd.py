"""Who comes to the demo's sample-form desk of themselves, and what the library has of them: drawn
once, the same at every start, so that the counters see forms that were filled from licences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from app.demo_people import Holder, People
from living import filling, people

CROWD = 40
SEED = 130599
BORN_FROM, BORN_UNTIL = date(1955, 1, 1), date(2004, 12, 31)


def crowd(demo: People) -> People:
    """As many people as may be in the hall with a form at once; every third has a firm."""
    rng = Random(SEED)  # noqa: S311 (chance that plays people guards nothing)
    holders: dict[str, Holder] = {}
    for place in range(CROWD):
        person = _person(rng, place)
        holders[person.key] = person
        if place % 3 == 0:
            firm = _firm(rng, person)
            holders[firm.key] = firm
    return replace(demo, holders=holders, authorisations=())


def _person(rng: Random, place: int) -> Holder:
    born = BORN_FROM + timedelta(days=rng.randrange((BORN_UNTIL - BORN_FROM).days))
    number, name = people.id_number(rng, born), people.name(rng)
    phone = f"139{rng.randrange(10**8):08d}"
    return _holder(f"crowd-{place}", "person", name, number, phone, _of_person(rng, name, born))


def _firm(rng: Random, owner: Holder) -> Holder:
    name = f"清河县{owner.name}{rng.choice(('小吃店', '百货店', '理发店', '货运站', '书店'))}"
    code = filling.credit_code(rng)
    return _holder(f"{owner.key}-firm", "firm", name, code, None, _of_firm(rng, owner))


def _of_person(rng: Random, name: str, born: date) -> Iterator[Mapping[str, Any]]:
    home, serial = _address(rng), rng.randrange(10**7)
    elsewhere = _address(rng) if rng.random() < 0.3 else home
    about: dict[str, Any] = {"ethnicity": "汉族", "birthday": born}
    yield _licence("id-card", "police", None, until="+90m 15", address=elsewhere, **about)
    yield _licence(
        "household-register",
        "police",
        f"130599{serial:07d}",
        registered_address=home,
        head_name=name,
        relation_to_head="户主",
        marital_status=rng.choice(("未婚", "已婚")),
        **about,
    )
    yield _licence(
        "social-security-card",
        "labour",
        f"C3{serial:07d}",
        until="+70m 15",
        insurance=rng.choice(("职工基本医疗保险", "城乡居民基本医疗保险")),
        insured_place="清河县",
        home_address=elsewhere,
        bank=rng.choice(("农业银行", "建设银行")),
        bank_account=f"6228480{serial:09d}",
    )
    if rng.random() < 0.5:
        yield _licence(
            "real-estate-certificate",
            "land",
            f"冀（2020）清河县不动产权第{serial:07d}号",
            location=home,
            co_ownership="单独所有",
            building_area=rng.randrange(60, 140),
            total_floors=6,
        )


def _of_firm(rng: Random, owner: Holder) -> Iterator[Mapping[str, Any]]:
    address, serial = _address(rng), rng.randrange(10**7)
    yield _licence(
        "business-licence",
        "market",
        None,
        firm_type="个体工商户",
        representative_name=owner.name,
        representative_id_number=owner.number,
        address=address,
        scope="食品销售；日用百货零售",
        established_on=date(2021, 5, 18),
        composition="个人经营",
    )
    yield _licence(
        "food-licence",
        "approval",
        f"JY1130599{serial:07d}",
        until="+20m 15",
        premises_address=address if rng.random() < 0.7 else _address(rng),
        business_form="食品销售经营者",
        items="预包装食品",
        premises_area=rng.randrange(30, 90),
        safety_officer=owner.name,
    )
    yield _licence(
        "vehicle-licence",
        "police",
        f"冀E{serial % 10**5:05d}演",
        plate=f"冀E{serial % 10**5:05d}演",
        vehicle_type="重型厢式货车",
        gross_mass=18000,
        load_mass=9990,
    )


def _licence(
    kind: str, issuer: str, number: str | None, until: str | None = None, **data: Any
) -> Mapping[str, Any]:
    written = {"kind": kind, "issuer": issuer, "issued": "-30m 15", "until": until, "data": data}
    return written if number is None else {**written, "number": number}


def _holder(
    key: str,
    kind: str,
    name: str,
    number: str,
    phone: str | None,
    licences: Iterator[Mapping[str, Any]],
) -> Holder:
    return Holder(key, kind, name, number, phone, "", "", tuple(licences))


def _address(rng: Random) -> str:
    return f"清河县{rng.choice(filling.STREETS)} {rng.randrange(1, 200)} 号"

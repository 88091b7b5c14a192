"""The phone's door: signing in, who one is, whom one acts for."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.citizens import service
from app.citizens.queries import Citizen, Person, citizen_of, people_of
from app.citizens.rules import BEIJING, masked_number, masked_phone
from app.citizens.schemas import (
    CitizenOut,
    IdentityIn,
    LanguageIn,
    PersonIn,
    PersonOut,
    PhoneIn,
    SignedInOut,
    SignInIn,
)
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.limits import IDENTITIES, PHONES, limited

bp = APIBlueprint("citizens", __name__, url_prefix="/api/v1", tag="办事人")


@bp.post("/session")
@access("public", needs_key=False)
@limited(PHONES)
@bp.input(SignInIn)
@bp.output(SignedInOut, status_code=201)
@bp.doc(
    summary="微信登录",
    responses={401: "登录凭证无效或已使用", 403: "微信提示账号存在风险", 503: "暂时无法连接微信"},
)
def create_session(json_data: dict[str, Any]) -> Response:
    doing = act()
    login = service.ask_wechat(json_data["code"])
    return perform_here(
        lambda: service.sign_in(login, doing), _signed_in_out, status=201, keyed=False
    )


@bp.delete("/session")
@access("citizen", needs_key=False)
@bp.output({}, status_code=204)
@bp.doc(summary="退出登录")
def end_session() -> Response:
    doing = act()
    return perform_here(
        lambda: service.sign_out(doing.actor.session, doing), lambda _: None, keyed=False
    )


@bp.get("/me")
@access("citizen")
@bp.output(CitizenOut)
@bp.doc(summary="我的账号")
def me() -> Response:
    return answer(_citizen_out(citizen_of(actor().id)))


@bp.put("/me/identity")
@access("citizen")
@limited(IDENTITIES)
@bp.input(IdentityIn)
@bp.output(CitizenOut)
@bp.doc(summary="登记本人姓名和证件号码", responses={409: "已登记另一个证件号码"})
def set_identity(json_data: dict[str, Any]) -> Response:
    doing = act()
    identity = service.check_own_identity(json_data["name"], json_data["id_number"], doing)
    return perform_here(
        lambda: service.set_identity(doing.actor.id, identity, doing), _citizen_out, keyed=False
    )


@bp.put("/me/phone")
@access("citizen")
@limited(IDENTITIES)
@bp.input(PhoneIn)
@bp.output(CitizenOut)
@bp.doc(
    summary="登记微信绑定的手机号；是本人名下的，身份就核实了", responses={503: "暂时无法连接微信"}
)
def set_phone(json_data: dict[str, Any]) -> Response:
    doing = act()
    phone = service.ask_phone(json_data["code"])
    owner = service.check_phone(phone, doing)
    return perform_here(
        lambda: service.set_phone(doing.actor.id, phone, owner), _citizen_out, keyed=False
    )


@bp.put("/me/language")
@access("citizen")
@bp.input(LanguageIn)
@bp.output(CitizenOut)
@bp.doc(summary="选择通知的语言")
def set_language(json_data: dict[str, Any]) -> Response:
    return perform_here(
        lambda: service.set_language(actor().id, json_data["language"]), _citizen_out, keyed=False
    )


@bp.get("/me/people")
@access("citizen")
@bp.output(PersonOut(many=True))
@bp.doc(summary="本人、家人和代办的企业")
def people() -> Response:
    return answer([_person_out(person) for person in people_of(actor().id)])


@bp.post("/me/people")
@access("citizen")
@bp.input(PersonIn)
@bp.output(PersonOut, status_code=201)
@bp.doc(summary="添加家人或企业", responses={409: "尚未登记本人、已添加过或已达上限"})
def add_person(json_data: dict[str, Any]) -> Response:
    doing = act()
    name, number = service.check_person(
        json_data["name"], json_data.get("id_number"), json_data.get("credit_code"), doing
    )
    relation = json_data.get("relation")
    return perform_here(
        lambda: service.add_person(doing.actor.id, name, number, relation, doing),
        _person_out,
        status=201,
    )


@bp.delete("/me/people/<person_id>")
@access("citizen")
@bp.output({}, status_code=204)
@bp.doc(summary="移除家人或企业", responses={404: "没有这位办事人", 409: "本人不能移除"})
def remove_person(person_id: str) -> Response:
    doing = act()
    return perform_here(
        lambda: service.remove_person(doing.actor.id, person_id), lambda _: None, keyed=False
    )


def _signed_in_out(signed_in: service.SignedIn) -> dict[str, Any]:
    expires_at = signed_in.expires_at.astimezone(BEIJING)
    return {
        "token": signed_in.token,
        "expires_at": expires_at.isoformat(timespec="milliseconds"),
        "citizen": _citizen_out(signed_in.citizen),
    }


def _citizen_out(citizen: Citizen) -> dict[str, Any]:
    """An account for its owner, who is told names as they were typed: masked, two children may look
    alike. Phones and numbers are masked: others look over one's shoulder."""
    return {
        "id": citizen.id,
        "name": citizen.name,
        "has_identity": citizen.person is not None,
        "identity_level": citizen.level and str(citizen.level),
        "phone": citizen.phone and masked_phone(citizen.phone),
        "language": citizen.language,
    }


def _person_out(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind,
        "relation": person.relation,
        "number": masked_number(person.number),
    }

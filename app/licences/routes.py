"""The holder's door to the library: one's licences, who used them, who may act for one."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.citizens.service import check_identity
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.licences import mine, view
from app.licences.rights import (
    holders_of,
    licence_of_citizen,
    licences_read,
    reading_right,
)
from app.licences.schemas import (
    AuthorisationIn,
    AuthorisationOut,
    EndIn,
    HolderOut,
    HolderQuery,
    LicenceLineOut,
    LicenceUseOut,
    MyLicenceOut,
    ShowIn,
    ShowingOut,
)

bp = APIBlueprint("licences", __name__, url_prefix="/api/v1/me", tag="证照")

NO_LICENCE = {404: "没有这本证照，或无权查看"}


@bp.get("/holders")
@access("citizen")
@bp.output(HolderOut(many=True))
@bp.doc(summary="我可以为谁办事：本人、代表的企业、授权给我的人，以及仅声明代办的人")
def holders() -> Response:
    found = holders_of(actor().id, parts().clock.now())
    return answer([view.holder_out(holder) for holder in found])


@bp.get("/licences")
@access("citizen")
@bp.input(HolderQuery, location="query")
@bp.output(LicenceLineOut(many=True))
@bp.doc(
    summary="我的证照，或某位持证人的证照",
    responses={404: "没有这位持证人，或无权查看", 409: "尚未登记本人，或未通过实名核验"},
)
def licences(query_data: dict[str, Any]) -> Response:
    right = reading_right(actor().id, query_data.get("holder"), parts().clock.now())
    day = view.today()
    return answer([view.licence_line_out(one, day) for one in licences_read(right)])


@bp.get("/licences/<licence_id>")
@access("citizen")
@bp.output(MyLicenceOut)
@bp.doc(summary="一本证照的全部内容和使用记录；受托人查看会留下记录", responses=NO_LICENCE)
def licence(licence_id: str) -> Response:
    doing = act()
    return perform_here(
        lambda: mine.read(licence_id, doing),
        lambda found: view.my_licence_out(found, view.today(), doing.actor.id),
        keyed=False,
    )


@bp.get("/licences/<licence_id>/uses")
@access("citizen")
@bp.output(LicenceUseOut(many=True))
@bp.doc(summary="一本证照的使用记录，最近的在前", responses=NO_LICENCE)
def uses(licence_id: str) -> Response:
    found, _ = licence_of_citizen(actor().id, licence_id, parts().clock.now())
    return answer(view.uses_out(found, actor().id))


@bp.post("/licences/<licence_id>/show")
@access("citizen")
@bp.input(ShowIn)
@bp.output(ShowingOut, status_code=201)
@bp.doc(summary="出示证照：得到两分钟内有效的核验码", responses=NO_LICENCE)
def show(licence_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(lambda: mine.show(licence_id, doing), view.showing_out, status=201)


@bp.get("/authorisations")
@access("citizen")
@bp.input(HolderQuery, location="query")
@bp.output(AuthorisationOut(many=True))
@bp.doc(summary="授权代办：我方授权给别人的，和别人授权给我的，最近的在前")
def authorisations(query_data: dict[str, Any]) -> Response:
    found = mine.authorisations(act(), query_data.get("holder"))
    return answer([view.authorisation_out(*each, view.today()) for each in found])


@bp.post("/authorisations")
@access("citizen")
@bp.input(AuthorisationIn)
@bp.output(AuthorisationOut, status_code=201)
@bp.doc(
    summary="授权一个人代办，到某一天为止；再次授权给同一个人的，以新的为准",
    responses={404: "没有这位持证人，或不能由您授权", 409: "尚未登记本人，或未通过实名核验"},
)
def authorise(json_data: dict[str, Any]) -> Response:
    doing = act()
    agent = check_identity(json_data["name"], json_data["id_number"], doing)
    holder, until = json_data.get("holder"), json_data["until"]
    return perform_here(
        lambda: mine.authorise(holder, agent, until, doing),
        lambda given: view.authorisation_out(given, True, view.today()),
        status=201,
    )


@bp.post("/authorisations/<authorisation_id>/end")
@access("citizen")
@bp.input(EndIn)
@bp.output(AuthorisationOut)
@bp.doc(summary="结束授权，即刻生效", responses={404: "没有这项授权，或不是您一方给出的"})
def end_authorisation(authorisation_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(
        lambda: mine.take_back(authorisation_id, doing),
        lambda given: view.authorisation_out(given, True, view.today()),
    )

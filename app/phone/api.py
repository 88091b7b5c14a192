"""What the client must know of this installation before anybody is signed in."""

from __future__ import annotations

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean

from app.core.auth import public
from app.core.parts import parts

bp = APIBlueprint("phone", __name__, url_prefix="/api/v1", tag="手机端页面")


class ClientOut(Schema):
    sandbox = Boolean(
        required=True, metadata={"description": "演示：不连接微信，填写任意名字即可登录"}
    )


@bp.get("/client")
@public
@bp.output(ClientOut)
@bp.doc(summary="手机端页面所需：是否为演示")
def client() -> dict[str, bool]:
    return {"sandbox": parts().settings.mode != "production"}

"""What the routes about licences take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, List, Nested, String
from apiflask.validators import Length, OneOf

from app.licences.rights import Ground
from app.licences.rules import State

KINDS = ["person", "firm"]


class HolderQuery(Schema):
    holder = String(
        validate=Length(1, 32), metadata={"description": "持证人的 id；不填为本人，见 /me/holders"}
    )


class HolderOut(Schema):
    id = String(required=True)
    kind = String(required=True, validate=OneOf(KINDS))
    name = String(required=True)
    number = String(required=True, metadata={"example": "1101**********002X"})
    ground = String(
        required=True,
        validate=OneOf(list(Ground)),
        metadata={
            "description": "own 本人、represents 法定代表人、authorised 受托、declared 仅声明"
        },
    )
    until = AwareDateTime(required=True, allow_none=True, metadata={"description": "受托到何时止"})
    reads_licences = Boolean(required=True, metadata={"description": "能否查看其证照"})


class LicenceHolderOut(Schema):
    id = String(required=True)
    kind = String(required=True, validate=OneOf(KINDS))
    name = String(required=True)


class LicenceLineOut(Schema):
    """In lists: its number is masked, and what it says is left out."""

    id = String(required=True)
    kind = String(required=True, metadata={"description": "证照类型代码"})
    kind_name = String(required=True)
    holder = Nested(LicenceHolderOut, required=True)
    number = String(required=True)
    issuer_name = String(required=True)
    issued_on = Date(required=True)
    valid_from = Date(required=True, allow_none=True)
    valid_until = Date(required=True, allow_none=True, metadata={"description": "null 为长期"})
    state = String(required=True, validate=OneOf(list(State)))
    state_text = String(required=True)
    version = String(required=True)
    valid = Boolean(required=True, metadata={"description": "今天是否有效"})


class LicenceFieldOut(Schema):
    name = String(required=True)
    title = String(required=True)
    text = String(required=True)


class LicenceUseOut(Schema):
    at = AwareDateTime(required=True)
    who = String(required=True, metadata={"example": "大厅工作人员"})
    hall = String(required=True, allow_none=True)
    hall_name = String(required=True, allow_none=True)
    purpose = String(required=True)
    fields = List(String(), required=True, metadata={"description": "看了哪些内容"})


class LicenceOut(LicenceLineOut):
    identifier = String(required=True, metadata={"description": "电子证照标识"})
    fields = List(Nested(LicenceFieldOut), required=True)


class MyLicenceOut(LicenceOut):
    uses = List(
        Nested(LicenceUseOut), required=True, metadata={"description": "使用记录，最近的在前"}
    )


class ShowingOut(Schema):
    code = String(required=True, metadata={"description": "核验码，两分钟内有效"})
    url = String(required=True, metadata={"description": "核验页面，可做成二维码"})
    expires_at = AwareDateTime(required=True)


class ShowIn(Schema):
    """Nothing: the address says it."""


class AuthorisationIn(Schema):
    holder = String(
        validate=Length(1, 32), metadata={"description": "谁授权：本人或所代表的企业，不填为本人"}
    )
    id_number = String(required=True, metadata={"description": "代办人的证件号码"})
    name = String(required=True, metadata={"description": "代办人的姓名"})
    until = Date(required=True, metadata={"description": "授权的最后一天，最长一年"})


class AgentOut(Schema):
    name = String(required=True)
    number = String(required=True, metadata={"example": "1101**********002X"})


class EndIn(Schema):
    """The same."""


class AuthorisationOut(Schema):
    id = String(required=True)
    given = Boolean(
        required=True,
        metadata={"description": "true：我方授权给别人，可以结束；false：别人授权给我"},
    )
    holder = Nested(LicenceHolderOut, required=True)
    agent = Nested(AgentOut, required=True)
    until = Date(required=True)
    holds = Boolean(required=True, metadata={"description": "今天是否有效"})
    created_at = AwareDateTime(required=True)
    ended_at = AwareDateTime(required=True, allow_none=True)

"""What the phone's routes about oneself take and give.

Names and numbers are judged by the rules, each fault in its own words; here only what must be
there."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Nested, String
from apiflask.validators import Length, OneOf
from marshmallow import ValidationError, validates_schema

from app.citizens.rules import RELATIONS
from app.core.identity import Level
from app.core.language import LANGUAGES

CODE_LENGTH = Length(max=256)
"""WeChat's codes have 32 to 64 characters; what is longer would not fit into an address."""


class SignInIn(Schema):
    code = String(
        required=True, validate=CODE_LENGTH, metadata={"description": "wx.login 给出的 code"}
    )


class CitizenOut(Schema):
    id = String(required=True)
    name = String(required=True, allow_none=True, metadata={"example": "张小三"})
    has_identity = Boolean(required=True, metadata={"description": "是否已登记本人姓名和证件号码"})
    identity_level = String(
        required=True,
        allow_none=True,
        validate=OneOf([*Level, None]),
        metadata={
            "description": "declared：只是自己填的；agreed：姓名与证件号码一致；"
            "verified：手机号也是本人名下的，可以查看证照"
        },
    )
    phone = String(required=True, allow_none=True, metadata={"example": "138****1234"})
    language = String(required=True, validate=OneOf(list(LANGUAGES)))


class SignedInOut(Schema):
    token = String(required=True)
    expires_at = AwareDateTime(required=True)
    citizen = Nested(CitizenOut, required=True)


class PhoneIn(Schema):
    code = String(
        required=True,
        validate=CODE_LENGTH,
        metadata={"description": "手机号快速验证组件给出的 code"},
    )


class LanguageIn(Schema):
    language = String(required=True, validate=OneOf(list(LANGUAGES)))


class IdentityIn(Schema):
    name = String(required=True)
    id_number = String(required=True)


class PersonIn(Schema):
    name = String(required=True)
    id_number = String(metadata={"description": "家人的证件号码"})
    credit_code = String(metadata={"description": "企业的统一社会信用代码"})
    relation = String(
        validate=OneOf(RELATIONS["person"]),
        metadata={"description": "家人是本人的什么人，可不填；企业不填"},
    )

    @validates_schema
    def of_a_person(self, data: dict[str, object], **_: object) -> None:
        if "relation" in data and "credit_code" in data:
            raise ValidationError("企业不填与本人的关系", "relation")

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        if ("id_number" in data) == ("credit_code" in data):
            raise ValidationError("id_number 与 credit_code 须且只须给出一个", "id_number")


class PersonOut(Schema):
    id = String(required=True)
    name = String(required=True, metadata={"example": "张小三"})
    kind = String(required=True, validate=OneOf(["person", "firm"]))
    relation = String(
        required=True,
        validate=OneOf(["self", *RELATIONS["person"], *RELATIONS["firm"]]),
        metadata={"description": "family：家人，未说明是本人的什么人"},
    )
    number = String(required=True, metadata={"example": "1101**********002X"})

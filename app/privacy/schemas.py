"""What is said of somebody's data over HTTP."""

from apiflask import Schema
from apiflask.fields import Boolean, List, Nested, String
from apiflask.validators import Length


class KeptOut(Schema):
    name = String(required=True)
    why = String(required=True)


class ErasureForeseenOut(Schema):
    hindrances = List(String(), required=True, metadata={"description": "办完这些才能注销"})
    goes = List(
        Nested(KeptOut), required=True, metadata={"description": "注销后删除或不再指明是谁"}
    )
    stays = List(Nested(KeptOut), required=True, metadata={"description": "依法保留，及理由"})


class ErasureIn(Schema):
    confirm = Boolean(required=True, metadata={"description": "已知晓注销后不能恢复"})


class PersonalDataIn(Schema):
    id_number = String(required=True, validate=Length(max=32))
    reason = String(required=True, validate=Length(min=2, max=200))

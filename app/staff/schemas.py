"""What signing in takes and gives."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, String
from apiflask.validators import Length, OneOf

from app.core.acts import Role


class SignInIn(Schema):
    username = String(required=True, validate=Length(1, 64))
    password = String(required=True, validate=Length(1, 128))
    counter = String(validate=Length(1, 16), metadata={"description": "不填则用本人的固定窗口"})


class SignedInOut(Schema):
    token = String(required=True)
    expires_at = AwareDateTime(required=True)
    username = String(required=True)
    role = String(required=True, validate=OneOf([str(role) for role in Role]))
    hall = String(required=True)
    counter = String(required=True, allow_none=True)

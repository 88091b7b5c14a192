"""What signing in refuses, in words."""

from app.core.errors import DomainError


class WrongPassword(DomainError):
    status = 401
    code = "wrong_password"
    detail = "用户名或密码不正确。"

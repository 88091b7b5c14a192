"""What is refused about prints, in words."""

from __future__ import annotations

from app.core.errors import NotFound


class PrintNotFound(NotFound):
    code = "print_not_found"
    detail = "这台机器没有打印过这张号票。"

"""What rating refuses, in words."""

from app.core.errors import DomainError


class VisitNotOver(DomainError):
    code = "visit_not_over"
    detail = "办结以后才能评价。"


class AlreadyRated(DomainError):
    code = "already_rated"
    detail = "这次办理已经评价过，一次办理评价一次。"


class RatingOver(DomainError):
    code = "rating_over"
    detail = "评价期已过，感谢您的关注。"

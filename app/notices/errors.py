"""How the outbox says no."""

from __future__ import annotations

from app.core.errors import Forbidden, NotFound


class NoPushesExpected(NotFound):
    code = "no_pushes_expected"
    detail = "本系统没有配置微信消息推送。"


class PushNotGenuine(Forbidden):
    code = "push_not_genuine"
    detail = "这条推送的签名或内容不对，不是微信发来的。"


class PushTooOld(Forbidden):
    code = "push_too_old"
    detail = "这条推送的时间与现在相差太远，不予受理。"

"""Subscribe messages: taken only where a grant is left and every field keeps its limits."""

from __future__ import annotations

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.pages import check_page
from wechat.sandbox.calls.token import check_token
from wechat.sandbox.fields import fits
from wechat.sandbox.people import OPENID
from wechat.sandbox.replies import Json, Refusal, done
from wechat.sandbox.state import DAY_S, Sent, State

STATES = ("developer", "trial", "formal")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")


def send(state: State, asked: Asked) -> Json:
    """subscribe/send: uses a one-time grant up; a long-term one stays."""
    check_token(state, asked)
    openid, template = asked.text("touser"), asked.text("template_id")
    if not OPENID.fullmatch(openid):
        raise Refusal(40003)
    if not template or (state.app.templates and template not in state.app.templates):
        raise Refusal(40037)
    page = asked.text("page")
    if page:
        check_page(state, page.partition("?")[0], 41030)
    manner = asked.text("miniprogram_state", "formal"), asked.text("lang", "zh_CN")
    if manner[0] not in STATES or manner[1] not in LANGUAGES:
        raise Refusal(47003)
    data = _data(state, template, asked)
    state.count("send", state.app.quotas.send_a_day, DAY_S, 45009)
    _use_grant(state, openid, template)
    known = state.app.templates.get(template)
    sent = Sent(
        msgid=10**18 + len(state.sent),
        at=state.now(),
        openid=openid,
        template=template,
        title=known.title if known else "",
        data=data,
        page=page,
        lang=manner[1],
        state=manner[0],
    )
    state.sent.append(sent)
    return done(msgid=sent.msgid)


def _data(state: State, template: str, asked: Asked) -> dict[str, str]:
    given = asked.body.get("data")
    if not isinstance(given, dict):  # a JSON text of it, most often
        raise Refusal(47003, "argument invalid! data invalid")
    known = state.app.templates.get(template)
    data = {}
    for name in known.fields if known else given:
        field = given.get(name)
        value = field.get("value") if isinstance(field, dict) else None
        if value is None or not str(value).strip():
            raise Refusal(47003, f"argument invalid! data.{name}.value is empty")
        if not isinstance(value, str | int | float) or not fits(name, str(value)):
            raise Refusal(47003, f"argument invalid! data.{name}.value invalid")
        data[name] = str(value)
    return data


def _use_grant(state: State, openid: str, template: str) -> None:
    key = openid, template
    left = state.grants.get(key, 0)
    if left is None:
        return
    if left < 1:
        raise Refusal(43101)
    state.grants[key] = left - 1

"""What tests and the demo ask of the sandbox, and WeChat would not answer. JSON, under `/_sandbox`.

| method, path | body | does |
|---|---|---|
| GET / | | `{"ready": true}` |
| DELETE / | | all is as it was at the start |
| POST /grants | `openid, template, times` | allows so many messages; null: any number; 0: none |
| POST /answers | `openid, answers` | `wx.requestSubscribeMessage` was answered: accept, reject, … |
| POST /faults | `path`, what, `times` | see `faults.py`; `times` null: until they are ended |
| DELETE /faults | | ends them |
| GET /sent, /calls, /pushes | | what happened, oldest first |
| POST /push | an event | sends it to the callback address, answers when that is over |
| POST /verify | | asks the callback address for its echo: `{"verified": …}` |
| PUT /push-url | `url` | the callback address |
| PUT /templates | a list of `id, title, fields, long_term` | what is approved |
| PUT /pages | a list | what the released version has |
| PUT /quotas | `login_a_minute: 3, …` | see `state.py` |
| POST /clock | `ahead_s` | lets so many seconds pass |
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from werkzeug import Request, Response

from wechat.sandbox import pushes
from wechat.sandbox.faults import Fault
from wechat.sandbox.state import State, Template

ACCEPTED = ("accept", "acceptWithAudio")
MOST_TIMES = 100

Deed = Callable[[State, Any], Any]


def control(state: State, request: Request) -> Response:
    """Do what is asked; 404 for what is not in the table, 422 for a body it cannot use."""
    name = request.path.removeprefix("/_sandbox").rstrip("/") or "/"
    deed = DEEDS.get((request.method, name))
    if deed is None:
        return _json({"error": f"no {request.method} {name}"}, 404)
    try:
        body = json.loads(request.get_data() or b"null")
        if name in UNLOCKED:
            return _json(deed(state, body))
        with state.lock:
            return _json(deed(state, body))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, 422)


def _json(told: Any, status: int = 200) -> Response:
    return Response(
        json.dumps(told, ensure_ascii=False, default=asdict), status, mimetype="application/json"
    )


def ready(_state: State, _body: Any) -> Any:
    return {"ready": True}


def reset(state: State, _body: Any) -> Any:
    state.forget()
    return {}


def grant(state: State, body: Any) -> Any:
    """Each time somebody accepts is one event; none left is a refusal in the phone's settings."""
    openid, template, times = body["openid"], body["template"], body.get("times", 1)
    if times is not None and not 0 <= times <= MOST_TIMES:
        raise ValueError(f"times is {times}; it must be null or from 0 to {MOST_TIMES}")
    if times == 0:
        state.grants.pop((openid, template), None)
        pushes.changed(state, openid, template)
    for nth in range(1 if times is None else times):
        state.accept(openid, template, ever=times is None)
        # who accepts twice in one second is taken for a repetition
        pushes.popup(state, openid, {template: "accept"}, later_s=nth)
    return {"left": state.grants.get((openid, template), 0)}


def answer(state: State, body: Any) -> Any:
    openid, answers = body["openid"], dict(body["answers"])
    for template, said in answers.items():
        if said in ACCEPTED:
            known = state.app.templates.get(template)
            state.accept(openid, template, ever=known is not None and known.long_term)
    told = {id_: "accept" if said in ACCEPTED else "reject" for id_, said in answers.items()}
    pushes.popup(state, openid, told)
    return {}


def add_fault(state: State, body: Any) -> Any:
    fault = Fault(**{"times": 1, **body})
    if not (fault.errcode is not None or fault.http or fault.delay_s or fault.cut):
        raise ValueError("one of errcode, http, delay_s, cut must be given")
    if fault.times is not None and fault.times < 1:
        raise ValueError(f"times is {fault.times}; it must be null or above 0")
    if fault.cut not in (None, "before", "after"):
        raise ValueError(f"cut is {fault.cut!r}; it must be before or after")
    state.faults.append(fault)
    return fault


def end_faults(state: State, _body: Any) -> Any:
    state.faults.clear()
    return {}


def tell_sent(state: State, _body: Any) -> Any:
    return state.sent


def tell_calls(state: State, _body: Any) -> Any:
    return list(state.calls)


def tell_pushes(state: State, _body: Any) -> Any:
    return state.pushes


def push(state: State, body: Any) -> Any:
    return pushes.push(state, dict(body))


def verify(state: State, _body: Any) -> Any:
    return {"verified": pushes.verify(state)}


def set_push_url(state: State, body: Any) -> Any:
    state.app = replace(state.app, push_url=str(body["url"]))
    return {}


def set_templates(state: State, body: Any) -> Any:
    given = {one["id"]: Template(**{**one, "fields": dict(one["fields"])}) for one in body}
    state.app = replace(state.app, templates=given)
    return {}


def set_pages(state: State, body: Any) -> Any:
    state.app = replace(state.app, pages=frozenset(map(str, body)))
    return {}


def set_quotas(state: State, body: Any) -> Any:
    state.app = replace(state.app, quotas=replace(state.app.quotas, **body))
    return state.app.quotas


def advance(state: State, body: Any) -> Any:
    state.ahead_s += float(body["ahead_s"])
    return {}


DEEDS: dict[tuple[str, str], Deed] = {
    ("GET", "/"): ready,
    ("DELETE", "/"): reset,
    ("POST", "/grants"): grant,
    ("POST", "/answers"): answer,
    ("POST", "/faults"): add_fault,
    ("DELETE", "/faults"): end_faults,
    ("GET", "/sent"): tell_sent,
    ("GET", "/calls"): tell_calls,
    ("GET", "/pushes"): tell_pushes,
    ("POST", "/push"): push,
    ("POST", "/verify"): verify,
    ("PUT", "/push-url"): set_push_url,
    ("PUT", "/templates"): set_templates,
    ("PUT", "/pages"): set_pages,
    ("PUT", "/quotas"): set_quotas,
    ("POST", "/clock"): advance,
}
UNLOCKED = ("/push", "/verify")
"""They wait for the app, which may well be asking something of the sandbox meanwhile."""

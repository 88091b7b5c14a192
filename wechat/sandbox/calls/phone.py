"""The phone number that somebody gave the mini-program."""

from __future__ import annotations

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.token import check_token
from wechat.sandbox.people import phone_code
from wechat.sandbox.replies import Json, Refusal, done
from wechat.sandbox.state import State

OTHER_APP_ID = "wx000000000another"


def phone_number(state: State, asked: Asked) -> Json:
    """getuserphonenumber: the number, with a watermark of the app it was given to."""
    check_token(state, asked)
    shown = asked.text("code")
    if not shown:
        raise Refusal(41008)
    code = phone_code(shown)
    if code is None:
        raise Refusal(40029)
    if code.once:
        state.use_up(shown)
    app_id = OTHER_APP_ID if code.kind == "phone-other-app" else state.app.id
    return done(
        phone_info={
            "phoneNumber": code.of,
            "purePhoneNumber": code.of,
            "countryCode": "86",
            "watermark": {"timestamp": int(state.now()), "appid": app_id},
        }
    )

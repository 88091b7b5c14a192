"""The use cases of renewals, one module each; this is their door."""

from app.renewals.bringing import drop_off
from app.renewals.confirming import Confirmation, confirm
from app.renewals.deciding import ask_for, decide, received
from app.renewals.finding import Overtaken, expire, found, overtake, reminded
from app.renewals.loading import load_plans
from app.renewals.objecting import answer_contest, contest, decline
from app.renewals.opening import begin, open_
from app.renewals.sweeping import sweep

__all__ = [
    "Confirmation",
    "Overtaken",
    "answer_contest",
    "ask_for",
    "begin",
    "confirm",
    "contest",
    "decide",
    "decline",
    "drop_off",
    "expire",
    "found",
    "load_plans",
    "open_",
    "overtake",
    "received",
    "reminded",
    "sweep",
]

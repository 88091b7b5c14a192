"""What is said, and when, of whatever a plan says nothing else. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from app.licences.kinds import Span
from app.renewals.plans import Event, Late, Step

BEFORE = (Span(2, "months"), Span(1, "months"), Span(15, "days"))
"""Two months, one month, half a month."""

WORDS: Mapping[Event, tuple[tuple[str, str, str, str], ...]] = {
    Event.RENEWAL: (
        (
            "请安排时间申请延续",
            "Time to plan the renewal",
            "您的{licence}（{number}）{until}到期，还有 {days} 天；需要延续的，最迟{ask_by}申请。"
            "点开可以看到怎样办最省事。",
            "Your {licence} ({number}) expires on {until}, in {days} days. Ask for its"
            " renewal by {ask_by}. Open to see the easiest way.",
        ),
        (
            "请尽快申请延续",
            "Please renew soon",
            "您的{licence}（{number}）还有 {days} 天到期（{until}）。延续最迟{ask_by}申请，"
            "请尽快办理。",
            "Your {licence} ({number}) expires in {days} days, on {until}. Please ask for"
            " its renewal soon, by {ask_by} at the latest.",
        ),
        (
            "即将到期，请现在办理",
            "Expires soon: renew now",
            "您的{licence}（{number}）只剩 {days} 天到期（{until}），延续最迟{ask_by}申请。"
            "请现在办理，以免中断使用。",
            "Your {licence} ({number}) expires in only {days} days, on {until}. Ask for"
            " its renewal now, by {ask_by} at the latest, so that nothing stops.",
        ),
    ),
    Event.ANNUAL_CHECK: (
        (
            "请安排年检（年报）",
            "Annual check coming up",
            "您的{licence}（{number}）本年度的年检（年报）最迟{until}完成，还有 {days} 天。",
            "The annual check (report) of your {licence} ({number}) is due by {until}, in"
            " {days} days.",
        ),
        (
            "请尽快办理年检（年报）",
            "Annual check due soon",
            "您的{licence}（{number}）的年检（年报）还有 {days} 天截止（{until}），请尽快办理。",
            "{days} days are left for the annual check (report) of your {licence} ({number})"
            ": it is due by {until}.",
        ),
        (
            "年检（年报）即将截止",
            "Annual check: last days",
            "您的{licence}（{number}）的年检（年报）{until}截止，只剩 {days} 天。请现在办理，"
            "逾期会留下不良记录。",
            "Only {days} days are left for the annual check (report) of your {licence} ({number})"
            ", due by {until}. Being late goes on record.",
        ),
    ),
    Event.INSPECTION: (
        (
            "请安排复核",
            "Inspection coming up",
            "您的{licence}（{number}）应在{until}前复核，还有 {days} 天。请向{hall}提出。",
            "Your {licence} ({number}) has to be inspected by {until}, in {days} days."
            " Please ask {hall} for it.",
        ),
        (
            "请尽快申请复核",
            "Ask for inspection soon",
            "您的{licence}（{number}）的复核还有 {days} 天截止（{until}），请尽快向{hall}提出。",
            "{days} days are left for the inspection of your {licence} ({number}): it is"
            " due by {until}. Please ask {hall} soon.",
        ),
        (
            "复核即将截止",
            "Inspection: last days",
            "您的{licence}（{number}）的复核{until}截止，只剩 {days} 天。请现在联系{hall}。",
            "Only {days} days are left for the inspection of your {licence} ({number}),"
            " due by {until}. Please get in touch with {hall} now.",
        ),
    ),
}
"""Note, its English, sentence, its English."""

LATE = (
    "延续期限已过，请咨询",
    "Too late to renew: ask us",
    "您的{licence}（{number}）{until}到期，提出延续的期限（{ask_by}）已经过了。"
    "还可以向{hall}重新申请，请尽快咨询，以免中断使用。",
    "Your {licence} ({number}) expires on {until}, and the time to ask for its renewal"
    " ended on {ask_by}. You can still apply anew at {hall}: please ask there soon.",
)


def steps_of(event: Event) -> tuple[Step, ...]:
    """Two months, one month and half a month before."""
    said = zip(BEFORE, WORDS[event], strict=True)
    return tuple(
        Step(code_of(before), before, note, note_en, text, text_en)
        for before, (note, note_en, text, text_en) in said
    )


def late_of(event: Event) -> Late | None:
    """What is said behind the legal deadline; None for events without one of their own."""
    if event is not Event.RENEWAL:
        return None
    note, note_en, text, text_en = LATE
    return Late(LATE_CODE, Span(0, "days"), note, note_en, text, text_en)


LATE_CODE = "late"


def code_of(before: Span) -> str:
    """What a step is called: 2-months."""
    return f"{before.count}-{before.unit}"

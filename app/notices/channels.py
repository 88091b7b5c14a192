"""By which ways somebody can be told, and telling them by one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row

from app.citizens.queries import Contact, contact_of
from app.core.parts import parts
from app.notices import grants, private
from app.notices.queries import phone_column
from app.notices.rules import KEPT_FOR_LATER, TEMPLATE_OF, Channel, Kind, Outcome
from config.templates import MessageTemplate
from sms.errors import SmsError, SmsRefused, SmsUnread
from wechat.errors import AnswerUnread, WechatError
from wechat.fields import DoesNotFit, fitted
from wechat.gateway import SubscribeMessage

log = logging.getLogger(__name__)

MESSAGES = {"page": "pages/messages/index", "query": {}}
"""Where a tap leads that is to lead nowhere in particular."""
NO_LINK = "link: "
"""Before the code with which WeChat gave no link for a text message."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text message; its link is made when it is sent, since links do not live long."""

    phone: str
    kind: str
    facts: Mapping[str, str]
    link: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unfit:
    """A subscribe message that WeChat would refuse: its template or a name is to be mended."""

    why: str


@dataclass(frozen=True, slots=True)
class Message:
    """What would be sent by one way."""

    what: SubscribeMessage | Text | Unfit

    @property
    def template(self) -> str | None:
        """Whose grant it uses."""
        return self.what.template if isinstance(self.what, SubscribeMessage) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt."""

    outcome: Outcome
    errcode: str | None = None
    """Why it did not, or what was wrong with it nevertheless."""
    reference: str | None = None


def ways_of(notice: Row[Any]) -> dict[Channel, Message]:
    """By which ways whom it is for can be told this, now. A grant that it would use is held until
    the transaction ends."""
    contact = None if notice.citizen_id is None else contact_of(notice.citizen_id)
    found = {
        Channel.WECHAT: None if contact is None else _subscription(notice, contact),
        Channel.SMS: _text(notice, None if contact is None else contact.phone),
    }
    return {channel: Message(what) for channel, what in found.items() if what is not None}


def tell(message: Message) -> Answer:
    """Tell it: over the network, never inside a transaction."""
    what = message.what
    if isinstance(what, Unfit):
        log.error("no subscribe message can be made: %s", what.why)
        return Answer(Outcome.REFUSED, "does_not_fit")
    try:
        if isinstance(what, SubscribeMessage):
            parts().wechat.send(what)
            return Answer(Outcome.SENT)
        return _send_text(what)
    except (WechatError, SmsError) as error:
        return Answer(_outcome(error), _code(error))


def _subscription(notice: Row[Any], contact: Contact) -> SubscribeMessage | Unfit | None:
    key = TEMPLATE_OF.get(Kind(notice.kind))
    template = parts().settings.templates.get(key) if key else None
    if template is None or parts().settings.wechat is None:
        return None
    keep = KEPT_FOR_LATER.get(Kind(notice.kind), 0)
    if not grants.allows(notice.citizen_id, template.id, keep=keep):
        return None
    try:
        data = fields_of(template, _facts(notice))
    except DoesNotFit as error:
        return Unfit(f"{key} of {notice.kind}: {error}")
    return SubscribeMessage(
        openid=contact.openid,
        template=template.id,
        data=data,
        page=_address(notice.link or MESSAGES),
        lang="en_US" if contact.language == "en" else "zh_CN",
    )


def fields_of(template: MessageTemplate, facts: Mapping[str, str]) -> dict[str, str]:
    """The template filled in, each value within the limits of its field. Raises DoesNotFit."""
    return {field: fitted(field, facts.get(fact, "")) for field, fact in template.fields.items()}


def _text(notice: Row[Any], phone: str | None) -> Text | None:
    if phone is None and notice.phone_sealed is not None:
        phone = parts().seal.open(phone_column(notice.id), notice.phone_sealed)
    if phone is None or parts().sms is None:
        return None
    return Text(phone, notice.kind, _facts(notice), notice.link or MESSAGES)


def _facts(notice: Row[Any]) -> dict[str, str]:
    """All of them: it is told to whom it is for."""
    return {**notice.facts, **private.opened(notice.id, notice.private_sealed)}


def _send_text(text: Text) -> Answer:
    """Raises SmsError. A text message waits for no link: WeChat's troubles are none of its own."""
    sms, vendor = parts().sms, parts().settings.sms
    if sms is None or vendor is None:
        raise SmsRefused("no_vendor")
    link, fault = "", None
    if vendor.templates.wants_link(text.kind):
        try:
            link = parts().wechat.url_link(text.link["page"], urlencode(text.link["query"]))
        except WechatError as error:
            log.warning("a text message goes without its link: %s", error)
            fault = NO_LINK + _code(error)
    reference = sms.send(text.phone, vendor.templates.text(text.kind, text.facts, link))
    return Answer(Outcome.SENT, fault, reference)


def _address(link: Mapping[str, Any]) -> str:
    return f"{link['page']}?{urlencode(link['query'])}" if link["query"] else str(link["page"])


def _outcome(error: WechatError | SmsError) -> Outcome:
    if isinstance(error, AnswerUnread | SmsUnread):
        return Outcome.UNKNOWN
    match error.what_next:
        case "retry":
            return Outcome.LATER
        case "grant_spent":
            return Outcome.SPENT
        case _:
            return Outcome.REFUSED


def _code(error: WechatError | SmsError) -> str:
    return str(error.errcode or type(error).__name__)[:64]

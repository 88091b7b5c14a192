"""The parts the factory wired, for services to reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from app.core.clock import Clock
from queueing.doubt import Doubt
from queueing.sequence import Sequence

if TYPE_CHECKING:
    from app.core.carrying import Carrier
    from app.core.handover import Cabinet, Courier
    from app.core.identity import RealName
    from app.core.limits import StreamPlaces
    from app.core.public_records import PublicRecords
    from app.core.sealing import Seal
    from app.core.streams import Streams
    from app.core.tallies import Tallies
    from config.settings import Settings
    from queueing.events import RedisEvents
    from queueing.outlook import RedisOutlooks
    from sms.gateway import SmsGateway
    from wechat.gateway import Gateway


@dataclass(frozen=True)
class Parts:
    settings: Settings
    clock: Clock
    database_away: Callable[[], bool]
    """Whether the database is known not to answer."""
    redis: Any
    rq: Any
    """RQ's own Redis."""
    sequence: Callable[[str, str], Sequence]
    """(hall code, day as YYYYMMDD) -> the sequence of that hall and day."""
    doubt: Doubt
    """Whether a sequence must be compared with its rows before it is believed."""
    events: Callable[[str], RedisEvents]
    """hall code -> its event stream."""
    outlooks: Callable[[str, str], RedisOutlooks]
    """(hall code, day as YYYYMMDD) -> the forecast of that hall and day."""
    streams: Streams
    carrier: Carrier
    """Tells those a server took over."""
    stream_places: StreamPlaces
    """Who keeps how many of them open."""
    tallies: Tallies
    """What this process counts, and what all have counted."""
    seal: Seal
    wechat: Gateway
    sms: SmsGateway | None
    """None where text messages are not sent at all."""
    real_name: RealName
    courier: Courier | None
    """None where nothing is sent by courier."""
    cabinet: Cabinet
    public_records: PublicRecords


def parts() -> Parts:
    return cast(Parts, current_app.extensions["parts"])

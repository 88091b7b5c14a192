"""The demo's courier: a parcel moves by the clock, a station at a time, and somebody signs."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from app.core.handover import Address, Movement, ParcelEvent

UNSERVED = ("海南省三沙市", "西藏自治区那曲市")
"""Where it does not go."""
FROM = "政务大厅揽投点"
STATIONS = (
    (Movement.COLLECTED, FROM, "快递员已从大厅取件"),
    (Movement.MOVED, "本市邮件处理中心", "已到达本市邮件处理中心"),
    (Movement.MOVED, "{region}邮件处理中心", "已到达{region}邮件处理中心"),
    (Movement.OUT, "{region}营业部", "正在派送，请保持电话畅通"),
    (Movement.SIGNED, "{region}营业部", "本人已签收，感谢使用"),
)


class DemoCourier:
    """Keeps a file for each order in a directory of its own: made once, whoever makes it."""

    name = "邮政速递（演示）"

    def __init__(
        self, directory: Path, now: Callable[[], datetime], every: timedelta = timedelta(seconds=30)
    ) -> None:
        self._directory, self._now, self._every = directory, now, every
        self.asks_every = every / 5

    def serves(self, region: str) -> bool:
        """See Courier.serves."""
        return not region.startswith(UNSERVED)

    def order(self, order_no: str, to: Address) -> str:
        """See Courier.order."""
        waybill = _waybill(order_no)
        self._directory.mkdir(parents=True, exist_ok=True)
        kept = {"at": self._now().isoformat(), "region": to.region}
        draft = self._directory / f".{waybill}.{os.getpid()}"
        draft.write_text(json.dumps(kept))
        with suppress(FileExistsError):  # it was ordered before
            os.link(draft, self._file(waybill))
        draft.unlink()
        return waybill

    def ordered(self, order_no: str) -> str | None:
        """See Courier.ordered."""
        waybill = _waybill(order_no)
        return waybill if self._file(waybill).exists() else None

    def track(self, waybill: str) -> Sequence[ParcelEvent]:
        """See Courier.track."""
        kept = json.loads(self._file(waybill).read_text())
        began, region = datetime.fromisoformat(kept["at"]), kept["region"]
        passed = (self._now() - began) // self._every
        return [
            ParcelEvent(
                began + nth * self._every,
                movement,
                station.format(region=region),
                text.format(region=region),
            )
            for nth, (movement, station, text) in enumerate(STATIONS, 1)
            if nth <= passed
        ]

    def _file(self, waybill: str) -> Path:
        return self._directory / f"{waybill}.json"


def _waybill(order_no: str) -> str:
    """Follows from the order: asked twice, it is the same."""
    digits = int(hashlib.sha256(order_no.encode()).hexdigest(), 16) % 10**11
    return f"DM{digits:011d}"

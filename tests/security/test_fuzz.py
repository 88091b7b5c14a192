"""Whatever bytes a loader is given, it reads them or names what is wrong; rules take any values.

FUZZ_EXAMPLES says how many of each; the same ones each time, others under FUZZ_SEED.
"""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from app.appointments.rules import hall_and_date
from app.catalog.hall_file import HallFileError, parse_hall
from app.forms.conditions import holds
from app.forms.definition import judged, parse
from app.licences.errors import KindsBroken, RecordWrong
from app.licences.importing.errors import EncodingUnknown, HeaderWrong
from app.licences.importing.reading import Decoding, Format, header_of, rows_of
from app.licences.kinds import parse_kinds
from app.licences.rules import judge
from app.renewals.dates import end_of_term
from app.renewals.plan_file import PlansBroken, parse_plans
from config.settings import ROOT
from queueing import order
from sms import aliyun, tencent
from sms.errors import SmsError
from tests.licences.register import csv_of, jsonl_of, register
from tests.security.nasty import TEXTS
from tests.security.tally import counted
from tests.submissions.library import PERMIT_FORM
from wechat import pushes

pytestmark = pytest.mark.security
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "400"))
SEED = int(os.environ.get("FUZZ_SEED", "8"))
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP = "wx1234567890abcdef"
TOKEN = "a token"


def fuzzed(name: str, *strategies: Any, examples: int = EXAMPLES) -> Callable[..., Any]:
    """Run a test with so many made-up values, each counted under this name."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        def one(*values: Any) -> None:
            counted("fuzz", f"examples of {name}")
            test(*values)

        one.__name__ = test.__name__
        limits = settings(
            max_examples=examples,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        run = seed(SEED)(limits(given(*strategies)(_of_as_many(one, len(strategies)))))

        def test_it() -> None:
            run()

        test_it.__name__, test_it.__doc__ = test.__name__, test.__doc__
        return test_it

    return decorate


def _of_as_many(one: Callable[..., None], arguments: int) -> Callable[..., None]:
    """Hypothesis counts a test's arguments."""
    match arguments:
        case 1:
            return lambda a: one(a)
        case 2:
            return lambda a, b: one(a, b)
        case _:
            return lambda a, b, c: one(a, b, c)


NASTY = st.sampled_from([text[:200] for text in TEXTS.values()])
ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | NASTY,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=12) | NASTY, inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def broken(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """A file of ours with pieces cut out, doubled, moved, or others put in."""
    text = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        upto = min(len(text), at + draw(st.integers(0, 60)))
        put_in = draw(
            st.one_of(
                st.binary(max_size=12),
                NASTY.map(lambda text: text.encode(errors="surrogatepass")),
                st.sampled_from(
                    [text[at:upto] * 2, b"[" * 200, b"&a [*a]", b"!!python/object:os.system ",
                     b": ", b"\n- ", b"{", b"null", b"-1", b"1e400", b"9" * 5000, b"2026-02-30",
                     b"<<: *x\n"]
                ),
            )
        )  # fmt: skip
        text = text[:at] + put_in + text[upto:]
    return text


def files(*patterns: str) -> list[bytes]:
    return [path.read_bytes() for each in patterns for path in sorted(Path(ROOT).glob(each))]


@fuzzed("hall files", broken(files("config/halls/*.yaml")), examples=EXAMPLES // 4)
def test_hall_files(raw: bytes) -> None:
    with suppress(HallFileError):
        parse_hall(raw)


@fuzzed("form definitions", broken(files("config/forms/*.yaml")), examples=EXAMPLES // 2)
def test_form_definitions(raw: bytes) -> None:
    found = judged(raw.decode(errors="replace"))
    assert (found.form is None) == bool(found.faults) or found.form is not None


@fuzzed("licence kinds", broken(files("config/licence-kinds.yaml")), examples=EXAMPLES // 2)
def test_licence_kinds(raw: bytes) -> None:
    with suppress(KindsBroken):
        parse_kinds(raw)


KINDS = {kind.code: kind for kind in parse_kinds(files("config/licence-kinds.yaml")[0])}


@fuzzed("renewal plans", broken(files("config/renewal-plans.yaml")), examples=EXAMPLES // 4)
def test_renewal_plans(raw: bytes) -> None:
    with suppress(PlansBroken):
        parse_plans(raw, KINDS, {"qinghe": [], "binhe": []})


SHEETS = [csv_of(register(5)), jsonl_of(register(5))]
FORMATS = st.sampled_from(Format)


@fuzzed("licence sheets", broken(SHEETS) | st.binary(max_size=400), FORMATS)
def test_licence_sheets(raw: bytes, form: Format) -> None:
    decoding = Decoding()
    decoding.feed(raw)
    with suppress(EncodingUnknown, HeaderWrong):
        encoding, file = decoding.encoding(), io.BytesIO(raw)
        start = header_of(file, encoding)[1] if form is Format.CSV else 0
        ends = [row.end for row in rows_of(file, form, encoding, start, 1, 12)]
        assert ends == sorted(ends)
        assert all(end <= len(raw) for end in ends)


@fuzzed(
    "licence records",
    st.sampled_from(list(register(20))),
    st.dictionaries(
        st.sampled_from(sorted({name for one in register(20) for name in one})),
        ANY_JSON,
        max_size=3,
    ),
)
def test_licence_records(record: dict[str, Any], changes: dict[str, Any]) -> None:
    with suppress(RecordWrong):
        judge({**record, **changes}, KINDS, date(2026, 11, 23))


FORM = parse(PERMIT_FORM)
OPERATORS = ("is", "in", "filled", "same_as", "before", "not_after", "less", "at_least")


@fuzzed(
    "conditions",
    st.sampled_from(OPERATORS[:3] + OPERATORS[4:]),
    ANY_JSON,
    st.sampled_from(["2026-01-01", "today", "5", 5, True, None, "x"]),
)
def test_conditions_of_any_value(operator: str, value: Any, operand: Any) -> None:
    condition = {"field": "a", operator: [operand] if operator == "in" else operand}
    assert holds(condition, {"a": value}, date(2026, 11, 23)) in (True, False)


TIME = st.integers(-(10**12), 10**12)
PROMISES = order.Promises()


@fuzzed("due times", TIME, TIME, TIME)
def test_the_order_table(a: int, b: int, c: int) -> None:
    slot = order.Slot(min(a, b), max(a, b))
    for due in (
        order.walk_in(a, PROMISES),
        order.appointment(slot, c, PROMISES),
        order.afar(a, c, PROMISES),
        order.transfer_now(a, b),
    ):
        assert isinstance(due.at, int)
        sooner = order.priority(due, c, None, PROMISES)
        assert sooner.at <= due.at


@fuzzed("slot ids", st.text(max_size=60) | NASTY | st.just("t.20261124.A.0540.public"))
def test_slot_ids(text: str) -> None:
    with suppress(ValueError):
        _hall, day = hall_and_date(text)
        assert isinstance(day, date)


@fuzzed("days of terms", st.dates(date(1900, 1, 1), date(9000, 1, 1)), st.integers(1, 1200))
def test_terms(day: date, months: int) -> None:
    assert end_of_term(day, months) >= day


def query_of(crypto_time: str = "1", nonce: str = "n", **more: str) -> dict[str, str]:
    return {"timestamp": crypto_time, "nonce": nonce, **more}


@fuzzed(
    "WeChat's pushes",
    st.binary(max_size=300) | ANY_JSON.map(lambda said: json.dumps(said).encode()),
    st.dictionaries(
        st.sampled_from(["timestamp", "nonce", "signature", "msg_signature"]), st.text(max_size=20)
    ),
    st.booleans(),
)
def test_pushes_of_strangers(body: bytes, query: dict[str, str], sealed: bool) -> None:
    if sealed:
        encrypted = base64.b64encode(body[: len(body) // 16 * 16]).decode()
        body = json.dumps({"Encrypt": encrypted}).encode()
    for key in (KEY, ""):
        with suppress(pushes.PushForged):
            pushes.opened(TOKEN, key, APP, query, body)
            raise AssertionError("a stranger's push was believed")


@fuzzed(
    "WeChat's pushes, rightly sealed", ANY_JSON | st.text(max_size=80), st.text("abc1", max_size=9)
)
def test_pushes_that_say_nothing(said: Any, nonce: str) -> None:
    text = said if isinstance(said, str) else json.dumps(said)
    crypto = WeChatCrypto(TOKEN, KEY, APP)
    with suppress(UnicodeEncodeError):
        sealed = _sealed(crypto, text, nonce)
        with suppress(pushes.PushForged):
            pushes.opened(TOKEN, KEY, APP, *sealed)


def _sealed(crypto: WeChatCrypto, text: str, nonce: str) -> tuple[dict[str, str], bytes]:
    import xmltodict

    outer = xmltodict.parse(crypto.encrypt_message(text, nonce, "1"))["xml"]
    query = query_of(nonce=nonce, msg_signature=outer["MsgSignature"])
    return query, json.dumps({"Encrypt": outer["Encrypt"]}).encode()


@fuzzed("vendors' answers", st.dictionaries(
    st.sampled_from(["Response", "Code", "BizId", "Message", "SendStatusSet", "x"]), ANY_JSON
))  # fmt: skip
def test_what_vendors_answer(answer: dict[str, Any]) -> None:
    for vendor in (tencent, aliyun):
        for said in (answer, {"Response": answer}, {"Response": {"SendStatusSet": [answer]}}):
            with suppress(SmsError):
                assert isinstance(vendor._message_id(said), str)

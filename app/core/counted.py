"""Every tally of the house: what is counted as it happens, under which name and labels."""

from __future__ import annotations

from app.core.tallies import Tally

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
PATIENT = (60.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 2700.0, 3600.0, 7200.0)

REQUEST = Tally(
    "shunhao_request_seconds",
    "How long requests took, to the first byte of a stream.",
    ("route", "status"),
    QUICK,
)
WAIT = Tally(
    "shunhao_wait_seconds",
    "How long people had waited when they were called.",
    ("hall", "lane"),
    PATIENT,
)
CLAIM_RACE = Tally(
    "shunhao_claim_races",
    "Claimed tickets whose row said otherwise; the next was called.",
    ("hall",),
)
CLAIM_SETTLED = Tally(
    "shunhao_claims_settled", "Stale claims: their process died, their row decided.", ("hall",)
)
MENDED = Tally(
    "shunhao_sequence_mended", "Entries of the sequence that differed from their row.", ("hall",)
)
REBUILT = Tally("shunhao_sequence_rebuilds", "Sequences built anew from their rows.", ("hall",))
NOT_READY = Tally(
    "shunhao_sequence_not_ready", "Callers told to come back: Redis was away.", ("hall",)
)
STREAM_RESYNC = Tally("shunhao_stream_resyncs", "Streams given the present instead of the past.")
STREAM_DROPPED = Tally("shunhao_stream_dropped", "Events that a slow stream was not given.")
WECHAT = Tally(
    "shunhao_wechat_call_seconds",
    "How long WeChat took, by what it said.",
    ("call", "outcome"),
    QUICK,
)
JOB = Tally(
    "shunhao_job_seconds",
    "How long background jobs took, by how they ended.",
    ("job", "outcome"),
    (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0),
)

EVERY_TALLY = (
    REQUEST,
    WAIT,
    CLAIM_RACE,
    CLAIM_SETTLED,
    MENDED,
    REBUILT,
    NOT_READY,
    STREAM_RESYNC,
    STREAM_DROPPED,
    WECHAT,
    JOB,
)

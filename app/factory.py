"""Where things are made and wired. The only place that knows every part."""

from __future__ import annotations

import hashlib
import logging
import uuid
from ipaddress import ip_address
from typing import Any

from apiflask import APIFlask
from flask import Response, g, request
from flask_limiter import ApplicationLimit, Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

import app.core.jobs
import app.estimates.models
import app.forms.models
import app.licences.importing.models
import app.licences.models  # noqa: F401 (their tables)
from app import demo_people
from app.appointments import routes as appointments
from app.appointments.waiting import routes as waiting_list
from app.calling import routes as calling
from app.catalog import routes as catalog
from app.citizens import queries as citizen_queries
from app.citizens import routes as citizens
from app.citizens.identity import HttpRegister, SandboxRegister, WellFormed, registered
from app.clerk import pages as clerk_pages
from app.core import auth, docs, intake, language, pages, problems
from app.core.acts import Actor, random_id
from app.core.clock import Clock, HouseClock
from app.core.db import db, engine_options, prepare_sqlite, server_time
from app.core.identity import RealName
from app.core.parts import Parts, parts
from app.core.sealing import Seal
from app.core.streams import Streams
from app.directory import routes as directory
from app.documents import routes as documents
from app.estimates import routes as estimates
from app.forms import routes as forms
from app.kiosk import api as kiosk_api
from app.kiosk import forms_api as kiosk_forms_api
from app.kiosk import forms_pages as kiosk_forms_pages
from app.kiosk import pages as kiosk_pages
from app.licences import routes as licences
from app.licences.importing import routes as licence_imports
from app.notices import callback as wechat_callback
from app.notices import routes as notices
from app.office import (
    accounts_api,
    admin_pages,
    code_pages,
    devices_api,
    forms_api,
    forms_pages,
    hall_file_api,
    library_pages,
    outbox_pages,
    ticket_log_api,
)
from app.office import api as office_api
from app.office import now_api as office_now_api
from app.office import pages as office_pages
from app.office import report_pages as office_report
from app.operators import routes as operators
from app.phone import api as phone_api
from app.phone import pages as phone_pages
from app.ratings import routes as ratings
from app.reports import routes as reports
from app.screen import api as screen_api
from app.screen import clips as screen_clips
from app.screen import pages as screen_pages
from app.staff import pairing
from app.staff import queries as staff_queries
from app.staff import routes as staff
from app.staff.service import note_seen
from app.submissions import counter_api as submissions_counter
from app.submissions import routes as submissions
from app.tickets import follow_api, outlooks
from app.tickets import queries as ticket_queries
from app.tickets import routes as tickets
from app.visitor import pages as visitor_pages
from app.visitor import verify
from config.redis import connect
from config.settings import ROOT, Settings
from config.sms import SmsVendor
from queueing.doubt import Doubt
from queueing.events import RedisEvents
from queueing.outlook import RedisOutlooks
from queueing.redis_sequence import RedisSequence
from sms.aliyun import Aliyun
from sms.file import SmsFile
from sms.gateway import SmsGateway
from sms.tencent import Tencent
from wechat.gateway import Gateway, NoGateway
from wechat.live import LiveGateway
from wechat.sandbox import SANDBOX_APP_ID
from wechat.sandbox.gateway import SandboxGateway

log = logging.getLogger(__name__)

REDIS_TIMEOUT_S = 1.0
STREAM_TIMEOUT_S = 5.0
SMS_FILE = "sms.jsonl"
VERIFICATIONS = 60
"""A minute and an address: more than anybody checks by hand, fewer than guessing takes."""


def create_app(settings: Settings, clock: Clock | None = None) -> APIFlask:
    """The whole app for these settings; `clock` only where time is not the house's."""
    app = APIFlask(
        "app",
        instance_path=str(settings.instance_path),
        title="顺号 Shunhao",
        version="1.0",
        spec_path=None,
        docs_path=None,
        json_errors=False,
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.max_body,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        OPENAPI_VERSION="3.1.0",
        VALIDATION_ERROR_STATUS_CODE=422,
        AUTO_404_RESPONSE=False,
        HTTP_ERROR_SCHEMA=problems.ProblemOut,
        VALIDATION_ERROR_SCHEMA=problems.ProblemOut,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    app.extensions["csrf"] = CSRFProtect(app)
    with app.app_context():
        prepare_sqlite(db.engine)
        app.extensions["parts"] = _parts(settings, clock)
    app.extensions["authenticators"] = (
        staff_queries.actor_of_token,
        citizen_queries.actor_of_token,
        ticket_queries.actor_of_token,
    )
    language.teach(app)
    problems.register(app)
    app.spec_processor(docs.complete)
    app.before_request(_name_request)
    app.before_request(problems.refuse_large_body)
    _limit(app, settings)
    app.before_request(auth.authorise)
    app.before_request(problems.check_key)
    app.before_request(intake.refuse_unfit)
    app.before_request(outlooks.look_ahead)
    app.after_request(_finish_request)
    app.after_request(pages.harden)
    for blueprint in (
        catalog.bp,
        directory.bp,
        citizens.bp,
        appointments.bp,
        waiting_list.bp,
        tickets.bp,
        follow_api.bp,
        calling.bp,
        estimates.bp,
        forms.bp,
        reports.bp,
        ratings.bp,
        staff.bp,
        pairing.bp,
        licence_imports.bp,
        licences.bp,
        notices.bp,
        wechat_callback.bp,
        submissions.bp,
        submissions_counter.bp,
        documents.bp,
        kiosk_api.bp,
        kiosk_forms_api.bp,
        office_api.bp,
        accounts_api.bp,
        devices_api.bp,
        hall_file_api.bp,
        ticket_log_api.bp,
        admin_pages.bp,
        outbox_pages.bp,
        forms_api.bp,
        forms_pages.bp,
        library_pages.bp,
        code_pages.bp,
        office_now_api.bp,
        operators.bp,
        docs.bp,
        language.bp,
        pages.bp,
        kiosk_pages.bp,
        kiosk_forms_pages.bp,
        clerk_pages.bp,
        office_pages.bp,
        office_report.bp,
        screen_api.bp,
        screen_pages.bp,
        screen_clips.bp,
        visitor_pages.bp,
        verify.bp,
        phone_api.bp,
        phone_pages.bp,
    ):
        app.register_blueprint(blueprint)
    if settings.mode == "demo":
        app.register_blueprint(demo_people.bp)
    return app


def _parts(settings: Settings, clock: Clock | None) -> Parts:
    # a server that does not answer in time is not asked twice: somebody stands at the counter
    retry = Retry(ExponentialBackoff(cap=0.1, base=0.01), 1, supported_errors=(ConnectionError,))
    doubt = Doubt()
    redis = connect(
        settings.redis_url,
        doubt.connected,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=retry,
    )
    listening = connect(
        settings.redis_url, socket_timeout=STREAM_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
    )
    engine = db.engine
    clock = clock or HouseClock(lambda: server_time(engine))
    return Parts(
        settings=settings,
        clock=clock,
        redis=redis,
        rq=connect(
            settings.rq_redis_url,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        ),
        sequence=lambda hall, day: RedisSequence(redis, hall, day),
        doubt=doubt,
        events=lambda hall: RedisEvents(redis, hall),
        outlooks=lambda hall, day: RedisOutlooks(redis, hall, day),
        streams=Streams(lambda hall: RedisEvents(listening, hall), clock, settings.event_streams),
        seal=Seal((settings.data_key, *settings.data_keys_before), settings.index_key),
        wechat=_gateway(settings, redis),
        sms=_sms(settings, clock),
        real_name=_real_name(settings),
    )


def _real_name(settings: Settings) -> RealName:
    if settings.register is not None:
        return SandboxRegister(*registered(settings.register))
    if settings.real_name is not None:
        return HttpRegister(settings.real_name.url, settings.real_name.key)
    return WellFormed()


def _gateway(settings: Settings, redis: Any) -> Gateway:
    if settings.wechat is None:
        return NoGateway()
    kind = SandboxGateway if settings.wechat.id == SANDBOX_APP_ID else LiveGateway
    return kind(settings.wechat, redis)


def _sms(settings: Settings, clock: Clock) -> SmsGateway | None:
    match settings.sms:
        case None:
            return None
        case SmsVendor(name="tencent") as vendor:
            return Tencent(
                key_id=vendor.key_id,
                key=vendor.key,
                app=vendor.app,
                sign=vendor.templates.sign,
                now=clock.now,
                url=vendor.url,
            )
        case SmsVendor(name="aliyun") as vendor:
            return Aliyun(
                key_id=vendor.key_id,
                key=vendor.key,
                sign=vendor.templates.sign,
                now=clock.now,
                new_id=random_id,
                url=vendor.url,
            )
        case _:
            return SmsFile(settings.instance_path / SMS_FILE, clock.now, random_id)


def _limit(app: APIFlask, settings: Settings) -> None:
    """Requests a minute: for each device or person by their token, and for each address.

    Counted before anybody looks at the token, so that tokens cannot be guessed at leisure.
    Where Redis is away each process counts for itself: a hall is never stopped by its limits. In
    the demo all the people of a living hall come from this machine, and nobody counts that."""

    def uncounted() -> bool:
        return settings.mode == "demo" and _from_here()

    def bearer() -> str:
        shown = auth.token_shown()
        return hashlib.sha256(shown.encode()).hexdigest()[:32] if shown else ""

    limiter = Limiter(
        get_remote_address,
        app=app,
        application_limits=[
            ApplicationLimit(
                limit_provider=f"{settings.address_limit}/minute",
                exempt_when=uncounted,
            ),
            ApplicationLimit(
                limit_provider=f"{settings.device_limit}/minute",
                key_function=bearer,
                exempt_when=lambda: not bearer(),
            ),
        ],
        storage_uri=_limits_url(settings.redis_url),
        storage_options={
            "socket_timeout": 0.3,
            "socket_connect_timeout": 0.3,
            **({"ssl": True} if settings.redis_url.startswith("rediss+cluster") else {}),
        },
        in_memory_fallback_enabled=True,
        strategy="fixed-window",
        key_prefix="sh",
    )
    limiter.limit(f"{VERIFICATIONS}/minute", exempt_when=uncounted)(verify.bp)


def _from_here() -> bool:
    """Whether whoever asks is on this very machine."""
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _limits_url(redis_url: str) -> str:
    """As the library of limits calls it."""
    return redis_url.replace("unix://", "redis+unix://").replace(
        "rediss+cluster://", "redis+cluster://"
    )


def _name_request() -> None:
    g.request_id = request.headers.get("X-Request-Id", "")[:64] or uuid.uuid4().hex


def _finish_request(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if request.path.startswith("/api/") and request.method == "GET":
        response.headers.setdefault("Cache-Control", "no-store")
    actor: Actor | None = g.get("actor")
    if actor is not None and actor.seen_at is not None:
        _note_seen(actor)
    return response


def _note_seen(actor: Actor) -> None:
    """Losing a sign of life must not cost anybody an answer that is already true."""
    try:
        note_seen(actor, parts().clock.now())
    except SQLAlchemyError:
        log.warning("could not note that %s is there", actor)

"""Where things are made and wired. The only place that knows every part."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from apiflask import APIFlask
from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

import app.audit.models
import app.core.jobs
import app.deliveries.models
import app.estimates.models
import app.forms.models
import app.licences.importing.models
import app.licences.models
import app.printing.models
import app.renewals.models
import app.renewals.watch.models  # noqa: F401 (their tables)
from app import demo_people
from app.appointments import routes as appointments
from app.appointments.waiting import routes as waiting_list
from app.calling import routes as calling
from app.catalog import routes as catalog
from app.citizens import queries as citizen_queries
from app.citizens import routes as citizens
from app.citizens.identity import HttpRegister, SandboxRegister, WellFormed, registered
from app.clerk import pages as clerk_pages
from app.core import (
    auth,
    compact,
    docs,
    hosts,
    intake,
    language,
    limits,
    looks,
    modules,
    pages,
    problems,
)
from app.core.acts import Actor, random_id
from app.core.carrying import Carrier
from app.core.clock import Clock, HouseClock
from app.core.counted import REQUEST, WECHAT
from app.core.db import (
    db,
    engine_options,
    let_go,
    prepare_sqlite,
    read_by_statement,
    server_time,
)
from app.core.handover import Cabinet, Courier
from app.core.identity import RealName
from app.core.parts import Parts, parts
from app.core.public_records import PublicRecords
from app.core.sealing import Seal
from app.core.stores import guard_database, guard_redis, redis_breaker
from app.core.streams import Streams
from app.core.tallies import Tallies
from app.deliveries import cabinet_routes as cabinets
from app.deliveries import routes as deliveries
from app.deliveries.courier import HttpCourier
from app.deliveries.demo_courier import DemoCourier
from app.deliveries.doors import HttpCabinet, PlayedCabinet
from app.directory import routes as directory
from app.documents import routes as documents
from app.estimates import routes as estimates
from app.forms import routes as forms
from app.kiosk import api as kiosk_api
from app.kiosk import cabinet_pages
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
    audit_pages,
    code_pages,
    devices_api,
    forms_api,
    forms_pages,
    hall_file_api,
    keys_api,
    library_pages,
    me_api,
    outbox_pages,
    personal_pages,
    renewals_api,
    renewals_pages,
    sessions_api,
    ticket_log_api,
)
from app.office import api as office_api
from app.office import now_api as office_now_api
from app.office import pages as office_pages
from app.office import report_pages as office_report
from app.operators import routes as operators
from app.phone import api as phone_api
from app.phone import pages as phone_pages
from app.privacy import routes as privacy
from app.ratings import routes as ratings
from app.renewals import routes as renewals
from app.renewals.public_records import HttpPublicRecords, NoRecords, file_records
from app.renewals.watch import api as reminders
from app.reports import routes as reports
from app.screen import api as screen_api
from app.screen import clips as screen_clips
from app.screen import pages as screen_pages
from app.staff import pairing
from app.staff import queries as staff_queries
from app.staff import routes as staff
from app.staff.doors import touched_at
from app.staff.service import note_seen
from app.submissions import counter_api as submissions_counter
from app.submissions import routes as submissions
from app.tickets import follow_api, outlooks
from app.tickets import queries as ticket_queries
from app.tickets import routes as tickets
from app.visitor import pages as visitor_pages
from app.visitor import verify
from config import logged_about
from config.redis import connect
from config.redis_url import is_cluster
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
MOST_HALLS = 10_000
"""The reader of each hall has a connection."""
SMS_FILE = "sms.jsonl"
COURIER_ORDERS = "courier"
SLOW_S = 2.0
"""A request that took so long is a line in the log."""
LOGGED = {"hall": "hall", "ticket_id": "ticket", "no": "counter"}
"""Of a route's arguments, those told with each line of its log, and under which name."""


class House(APIFlask):
    """Nothing in it is asynchronous, which Flask asks of each hook of each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class Sessions(SecureCookieSessionInterface):
    """The signer made once, not for each request."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def create_app(settings: Settings, clock: Clock | None = None) -> APIFlask:
    """The whole app for these settings; `clock` only where time is not the house's."""
    app = House(
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
        SESSION_COOKIE_SECURE=settings.is_https,
        OPENAPI_VERSION="3.1.0",
        VALIDATION_ERROR_STATUS_CODE=422,
        AUTO_404_RESPONSE=False,
        HTTP_ERROR_SCHEMA=problems.ProblemOut,
        VALIDATION_ERROR_SCHEMA=problems.ProblemOut,
    )
    app.session_interface = Sessions()
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    db.init_app(app)
    app.teardown_appcontext(let_go)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    app.extensions["csrf"] = CSRFProtect(app)
    with app.app_context():
        prepare_sqlite(db.engine)
        read_by_statement(db.engine)
        app.extensions["parts"] = _parts(settings, clock)
    app.extensions["authenticators"] = (
        staff_queries.actor_of_session,
        staff_queries.actor_of_device,
        staff_queries.actor_of_key,
        citizen_queries.actor_of_token,
        ticket_queries.actor_of_token,
    )
    language.teach(app)
    modules.teach(app)
    problems.register(app)
    app.spec_processor(docs.complete)
    app.before_request(_name_request)
    app.before_request(hosts.refuse_unknown)
    app.before_request(problems.refuse_large_body)
    limits.guard(app, settings, auth.authorise)
    app.before_request(intake.let_go)
    app.before_request(problems.check_key)
    app.before_request(intake.refuse_unfit)
    app.before_request(outlooks.look_ahead)
    app.after_request(_finish_request)
    app.after_request(pages.harden)
    app.after_request(compact.compact)
    app.after_request(looks.record)
    app.teardown_request(lambda _: logged_about.end())
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
        reminders.bp,
        notices.bp,
        wechat_callback.bp,
        submissions.bp,
        submissions_counter.bp,
        documents.bp,
        renewals.bp,
        deliveries.bp,
        privacy.bp,
        cabinets.bp,
        kiosk_api.bp,
        kiosk_forms_api.bp,
        office_api.bp,
        accounts_api.bp,
        me_api.bp,
        sessions_api.bp,
        devices_api.bp,
        keys_api.bp,
        hall_file_api.bp,
        ticket_log_api.bp,
        admin_pages.bp,
        audit_pages.bp,
        outbox_pages.bp,
        forms_api.bp,
        forms_pages.bp,
        library_pages.bp,
        renewals_api.bp,
        renewals_pages.bp,
        personal_pages.bp,
        code_pages.bp,
        office_now_api.bp,
        operators.bp,
        docs.bp,
        language.bp,
        pages.bp,
        kiosk_pages.bp,
        kiosk_forms_pages.bp,
        cabinet_pages.bp,
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
    redis = guard_redis(
        connect(
            settings.redis_url,
            doubt.connected_to_node if is_cluster(settings.redis_url) else doubt.connected,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            retry=retry,
        ),
        redis_breaker(on_return=doubt.cut_off),
    )
    listening = connect(
        settings.redis_url,
        socket_timeout=STREAM_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        max_connections=MOST_HALLS,
    )
    rq = connect(
        settings.rq_redis_url,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
    )
    engine = db.engine
    database = guard_database(engine)
    clock = clock or HouseClock(lambda: server_time(engine))
    tallies = Tallies(redis, clock.now)
    streams = Streams(
        lambda hall: RedisEvents(redis, hall, listening), clock, settings.event_streams, tallies
    )
    tallies.gauge("streams", lambda: streams.open)
    return Parts(
        settings=settings,
        clock=clock,
        database_away=lambda: database.is_open,
        redis=redis,
        rq=guard_redis(rq, redis_breaker()),
        sequence=lambda hall, day: RedisSequence(
            redis, hall, day, partial(doubt.asked_in_vain, hall)
        ),
        doubt=doubt,
        events=lambda hall: RedisEvents(redis, hall),
        outlooks=lambda hall, day: RedisOutlooks(redis, hall, day),
        streams=streams,
        carrier=Carrier(),
        stream_places=limits.StreamPlaces(
            settings.event_streams_per_address, settings.event_streams_per_asker
        ),
        tallies=tallies,
        seal=Seal((settings.data_key, *settings.data_keys_before), settings.index_key),
        wechat=_gateway(settings, redis, tallies),
        sms=_sms(settings, clock),
        real_name=_real_name(settings),
        courier=_courier(settings, clock),
        cabinet=_cabinet(settings),
        public_records=_public_records(settings, clock),
    )


def _real_name(settings: Settings) -> RealName:
    if settings.register is not None:
        return SandboxRegister(*registered(settings.register))
    if settings.real_name is not None:
        return HttpRegister(settings.real_name.url, settings.real_name.key)
    return WellFormed()


def _courier(settings: Settings, clock: Clock) -> Courier | None:
    if settings.courier is not None:
        return HttpCourier(settings.courier.url, settings.courier.key, settings.courier.name)
    if settings.mode == "production":
        return None
    return DemoCourier(settings.instance_path / COURIER_ORDERS, clock.now)


def _cabinet(settings: Settings) -> Cabinet:
    if settings.cabinet is not None:
        return HttpCabinet(settings.cabinet.url, settings.cabinet.key)
    return PlayedCabinet()


def _public_records(settings: Settings, clock: Clock) -> PublicRecords:
    if settings.records is not None:
        return file_records(settings.records, clock.now)
    if settings.public_records is not None:
        return HttpPublicRecords(settings.public_records.url, settings.public_records.key)
    return NoRecords()


def _gateway(settings: Settings, redis: Any, tallies: Tallies) -> Gateway:
    if settings.wechat is None:
        return NoGateway()
    kind = SandboxGateway if settings.wechat.id == SANDBOX_APP_ID else LiveGateway
    return kind(
        settings.wechat,
        redis,
        heard=lambda path, said, seconds: tallies.time(WECHAT, seconds, path, said),
    )


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


def _name_request() -> None:
    g.began = time.perf_counter()
    g.request_id = request.headers.get("X-Request-Id", "")[:64] or uuid.uuid4().hex
    logged_about.begin(request_id=g.request_id, **_subjects())


def _finish_request(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    _count_request(response)
    if request.path.startswith("/api/") and request.method == "GET":
        response.headers.setdefault("Cache-Control", "no-store")
    actor: Actor | None = g.get("actor")
    if actor is not None and actor.seen_at is not None:
        _note_seen(actor)
    return response


def _subjects() -> dict[str, str]:
    """What the address names that may stand in a log: never a token, which is somebody's secret."""
    named = request.view_args or {}
    return {word: str(named[name]) for name, word in LOGGED.items() if name in named}


def _count_request(response: Response) -> None:
    took_s = time.perf_counter() - g.get("began", time.perf_counter())
    status = f"{response.status_code // 100}xx"
    parts().tallies.time(REQUEST, took_s, request.endpoint or "none", status)
    if took_s >= SLOW_S or response.status_code >= 500:
        log.warning(
            "%s %s: %d after %.2f s", request.method, request.endpoint, response.status_code, took_s
        )


def _note_seen(actor: Actor) -> None:
    """Losing a sign of life must not cost anybody an answer that is already true."""
    try:
        now = parts().clock.now()
        note_seen(actor, now, touched_at(now))
    except SQLAlchemyError:
        log.warning("could not note that %s is there", actor)

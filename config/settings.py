"""The settings of one process: read once from the environment, then frozen.

Every fault is named at once, so that an operator mends a start in one go. What each
variable means stands in docs/operations.md.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from config import redis as redis_servers
from config import redis_url as redis_urls
from config.handover import Service, cabinet_service, courier_service
from config.hardening import allowed_hosts, open_doors
from config.keys import KEY_BYTES, decoded, told_apart
from config.relays import DEMO_RECORDS, DEMO_REGISTER, Relay, relay
from config.sms import SmsVendor, sms_vendor
from config.templates import MessageTemplate, message_templates
from config.wechat import wechat_app
from wechat.app import WechatApp

ROOT = Path(__file__).resolve().parents[1]
BUILT_CLIENT = ROOT / "miniprogram" / "dist" / "build" / "h5"
"""Where `make client` puts the citizens' pages."""

Mode = Literal["demo", "test", "production"]
LogFormat = Literal["json", "text"]
SecondFactor = Literal["required", "offered"]

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SECRET_KEY_LENGTH = 32
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
"""Names that hosting panels write, and the driver that is meant."""

LEAST_AUDIT_MONTHS = 6
"""网络安全法: logs of what goes on in a network are kept for six months at least."""

TEST_SECRETS = {"SECRET_KEY": "the secret key of the tests, known to all", "DATA_KEY": "5a" * 32}


class SettingsError(Exception):
    """The process cannot start with these settings. `faults` names every one, in words."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["These settings are missing or wrong:", *faults]))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Settings:
    mode: Mode
    database_url: str = field(repr=False)
    """For SQLAlchemy: `postgresql+psycopg://…` or `sqlite:///…`."""
    redis_url: str = field(repr=False)
    """The calling sequence, streams, caches and limits; open it with `config.redis.connect`."""
    rq_redis_url: str = field(repr=False)
    """RQ's jobs: never a cluster."""
    secret_key: str = field(repr=False)
    """Signs cookies and tokens."""
    data_key: bytes = field(repr=False)
    """32 bytes from which the key that seals personal data is derived."""
    data_keys_before: tuple[bytes, ...] = field(repr=False)
    """More of them, that open what was sealed under them and seal nothing."""
    index_key: bytes = field(repr=False)
    """32 bytes from which the key of the blind indexes is derived; it never changes."""
    base_url: str
    """Where people reach this hall, without a slash at the end."""
    hosts: tuple[str, ...]
    """The names by which it may be asked."""
    instance_path: Path
    """The directory for what belongs to this installation only."""
    wechat: WechatApp | None
    """None: phones cannot sign in. The sandbox's in the demo and in tests."""
    sms: SmsVendor | None = None
    """None: nobody is told anything by text message."""
    templates: Mapping[str, MessageTemplate] = field(default_factory=dict)
    """Of subscribe messages: booking, reminder, queue; empty: none are sent."""
    real_name: Relay | None = None
    """None: nobody outside is asked whether a name and a number are one person's."""
    register: Path | None = None
    """The file of invented people that answers this instead, in the demo and in tests."""
    courier: Service | None = None
    """Who brings parcels; None: nobody in production, and outside it one that only plays."""
    cabinet: Service | None = None
    """Who opens the doors of cabinets; None: they are shown on their page."""
    public_records: Relay | None = None
    """None: nobody outside is asked whether a licence's holder is in order."""
    records: Path | None = None
    """The file about invented holders that answers this instead, in the demo and in tests."""
    client_path: Path = BUILT_CLIENT
    """The directory of the citizens' pages, built."""
    device_limit: int = 600
    """Requests a minute from one device token."""
    address_limit: int = 1200
    """Requests a minute from one address."""
    trusted_proxies: int = 0
    """How many proxies of ours stand before the web: only their word for an address is taken."""
    web_threads: int = 96
    """Of one of the web's processes."""
    event_streams: int = 64
    """Open event streams in one process: each keeps a thread, the others must stay free."""
    event_streams_per_address: int = 40
    """Of these, what one address may keep open: the screens and consoles of a hall share one."""
    event_streams_per_asker: int = 6
    """Of these, what one person or machine may keep open."""
    max_body: int = 1024 * 1024
    """Bytes of a request's body."""
    max_import: int = 1024 * 1024 * 1024
    """Bytes of a file of licences: half a million are about 300 MB."""
    idle_minutes: int = 30
    """After so long without a touch whoever sits at no counter is signed out."""
    password_days: int = 90
    """How long a password of the three kinds of administrator lasts."""
    second_factor: SecondFactor = "offered"
    """Whether the three kinds of administrator must have one; others always may."""
    audit_months: int = 12
    """How long the audit is kept."""
    tls_certificate: Path | None = None
    """The certificate that the proxy shows, where `flask doctor` may read it."""
    audit_anchor: Path | None = None
    """The file that is told every night where the audit's chain ends; None: only the log is."""
    log_level: str = "INFO"
    log_format: LogFormat = "json"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that these environment variables ask for.

    Without `SHUNHAO_MODE` it is the demo, which keeps secrets of its own in the instance
    directory. Raises SettingsError with every fault.
    """
    reader = _Reader(environ)
    mode = reader.mode()
    instance = Path(environ.get("INSTANCE_PATH") or ROOT / "instance").absolute()
    reader.defaults = _defaults(mode, instance, environ)
    redis_url = reader.redis_url("REDIS_URL")
    data_key = reader.key("DATA_KEY", reader.get("DATA_KEY"))
    base_url = reader.base_url()
    settings = Settings(
        mode=mode,
        database_url=reader.database_url(production=mode == "production"),
        redis_url=redis_url,
        rq_redis_url=reader.rq_redis_url(redis_url),
        secret_key=reader.secret_key(),
        data_key=data_key,
        data_keys_before=reader.data_keys_before(data_key),
        index_key=reader.index_key(data_key),
        base_url=base_url,
        hosts=reader.hosts(base_url, production=mode == "production"),
        instance_path=instance,
        wechat=wechat_app(environ, production=mode == "production", faults=reader.faults),
        sms=sms_vendor(environ, production=mode == "production", faults=reader.faults),
        templates=message_templates(environ, production=mode == "production", faults=reader.faults),
        real_name=relay(
            "REAL_NAME", environ, production=mode == "production", faults=reader.faults
        ),
        courier=courier_service(environ, production=mode == "production", faults=reader.faults),
        cabinet=cabinet_service(environ, production=mode == "production", faults=reader.faults),
        register=None if mode == "production" else DEMO_REGISTER,
        public_records=relay(
            "PUBLIC_RECORDS", environ, production=mode == "production", faults=reader.faults
        ),
        records=None if mode == "production" else DEMO_RECORDS,
        client_path=Path(environ.get("CLIENT_PATH") or BUILT_CLIENT).absolute(),
        device_limit=reader.count("DEVICE_LIMIT", 600),
        address_limit=reader.count("ADDRESS_LIMIT", 1200),
        trusted_proxies=reader.count("TRUSTED_PROXIES", 0, least=0),
        web_threads=reader.count("WEB_THREADS", 96),
        event_streams=reader.count("EVENT_STREAMS", 64),
        event_streams_per_address=reader.count("EVENT_STREAMS_PER_ADDRESS", 40),
        event_streams_per_asker=reader.count("EVENT_STREAMS_PER_ASKER", 6),
        max_body=reader.count("MAX_BODY", 1024 * 1024),
        max_import=reader.count("MAX_IMPORT", 1024 * 1024 * 1024),
        idle_minutes=reader.count("IDLE_MINUTES", 30),
        password_days=reader.count("PASSWORD_DAYS", 90),
        second_factor=cast(
            SecondFactor,
            reader.choice(
                "SECOND_FACTOR",
                get_args(SecondFactor),
                "required" if mode == "production" else "offered",
            ),
        ),
        audit_months=reader.count("AUDIT_MONTHS", 12, least=LEAST_AUDIT_MONTHS),
        tls_certificate=Path(environ["TLS_CERTIFICATE"])
        if environ.get("TLS_CERTIFICATE")
        else None,
        audit_anchor=Path(environ["AUDIT_ANCHOR"]) if environ.get("AUDIT_ANCHOR") else None,
        log_level=reader.choice("LOG_LEVEL", LOG_LEVELS, "INFO"),
        log_format=cast(
            LogFormat,
            reader.choice(
                "LOG_FORMAT", get_args(LogFormat), "json" if mode == "production" else "text"
            ),
        ),
    )
    if mode == "production":
        reader.faults += open_doors(environ, base_url)
    if reader.faults:
        raise SettingsError(reader.faults)
    return settings


def _defaults(mode: Mode, instance: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """What may be left out: nothing in production; in the demo, what it makes for itself."""
    if mode == "production":
        return {}
    local = {
        "BASE_URL": f"http://127.0.0.1:{environ.get('PORT') or 8000}",
        "DATABASE_URL": f"sqlite:///{instance / 'shunhao.db'}",
        "REDIS_URL": redis_servers.private_url(instance) or redis_servers.LOCAL_URL,
    }
    return {**local, **(TEST_SECRETS if mode == "test" else _kept_secrets(instance))}


def _kept_secrets(instance: Path) -> Mapping[str, str]:
    """The demo's secrets: made at its first start, kept for its owner's eyes only."""
    path = instance / "secrets.json"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        made = {"SECRET_KEY": secrets.token_hex(32), "DATA_KEY": secrets.token_hex(32)}
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
        try:
            os.link(draft, path)  # the first of two processes wins; both read the same below
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return cast(Mapping[str, str], json.loads(path.read_text()))


def _of_several_hosts(url: str) -> str:
    """`postgresql://user@one:5432,two:5432/hall` as PostgreSQL writes it, in the way SQLAlchemy
    does: a `host` for each in the query."""
    scheme, mark, rest = url.partition("://")
    place, slash, name = rest.partition("/")
    user, at, hosts = place.rpartition("@")
    if "," not in hosts:
        return url
    name, _, query = name.partition("?")
    servers = "&".join([*(f"host={host}" for host in hosts.split(",")), *filter(None, [query])])
    return f"{scheme}{mark}{user}{at}{slash}{name}?{servers}"


class _Reader:
    """Reads variables one by one and collects the faults."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.defaults: Mapping[str, str] = {}
        self.faults: list[str] = []

    def get(self, name: str) -> str:
        """The variable or its default; the empty string, and a fault, without either."""
        value = self.environ.get(name) or self.defaults.get(name, "")
        if not value:
            self.faults.append(f"{name} is missing.")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.environ.get(name) or default
        if value not in allowed:
            self.faults.append(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
        return value

    def count(self, name: str, default: int, least: int = 1) -> int:
        value = self.environ.get(name) or str(default)
        if value.isascii() and value.isdigit() and int(value) >= least:
            return int(value)
        self.faults.append(f"{name} is {value!r}; it must be a whole number above {least - 1}.")
        return default

    def mode(self) -> Mode:
        return cast(Mode, self.choice("SHUNHAO_MODE", get_args(Mode), "demo"))

    def database_url(self, *, production: bool) -> str:
        value = self.get("DATABASE_URL")
        if not value:
            return ""
        try:
            url = make_url(_of_several_hosts(value))
        except (ArgumentError, ValueError):
            self.faults.append("DATABASE_URL cannot be read as a URL.")
            return ""
        url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
        if url.drivername not in ("postgresql+psycopg", "sqlite"):
            self.faults.append(
                f"DATABASE_URL begins with {url.drivername}://; PostgreSQL is needed"
                " (postgresql://…), or sqlite:/// for a demo."
            )
        elif isinstance(url.query.get("host"), tuple) and "target_session_attrs" not in url.query:
            self.faults.append(
                "DATABASE_URL names several servers: say ?target_session_attrs=read-write, or the"
                " one that only copies may be taken."
            )
        elif production and url.drivername == "sqlite":
            self.faults.append("DATABASE_URL names SQLite; production needs PostgreSQL.")
        return url.render_as_string(hide_password=False)

    def redis_url(self, name: str) -> str:
        value = self.get(name)
        if value and (fault := redis_urls.fault(value)):
            self.faults.append(f"{name} {fault}")
        return value

    def rq_redis_url(self, redis_url: str) -> str:
        own = self.environ.get("RQ_REDIS_URL")
        url = self.redis_url("RQ_REDIS_URL") if own else redis_url
        if redis_urls.is_cluster(url):
            self.faults.append(
                "RQ_REDIS_URL must name a plain Redis: RQ's workers cannot use a cluster."
            )
        return url

    def secret_key(self) -> str:
        value = self.get("SECRET_KEY")
        if value and "SECRET_KEY" in self.environ:
            self._strong("SECRET_KEY", value, len(value) >= SECRET_KEY_LENGTH)
        return value

    def key(self, name: str, value: str) -> bytes:
        """The 32 bytes of a key; none, and a fault, where they are missing or weak."""
        key = decoded(value)
        if value and key is None:
            self.faults.append(f"{name} must be {KEY_BYTES} bytes, written in hex or base64.")
        elif key and name in self.environ:
            self._strong(name, value, long_enough=True)
        return key or b""

    def data_keys_before(self, data_key: bytes) -> tuple[bytes, ...]:
        name = "DATA_KEYS_BEFORE"
        written = [key.strip() for key in self.environ.get(name, "").split(",") if key.strip()]
        keys = [key for value in written if (key := self.key(name, value))]
        if data_key:
            self.faults += told_apart([data_key, *keys])
        return tuple(keys)

    def index_key(self, data_key: bytes) -> bytes:
        value = self.environ.get("INDEX_KEY", "")
        if not value and self.environ.get("DATA_KEYS_BEFORE"):
            self.faults.append(
                "INDEX_KEY is missing: beside DATA_KEYS_BEFORE it must be the DATA_KEY this hall"
                " began with, or nobody is found again by their number."
            )
        return self.key("INDEX_KEY", value) or data_key

    def _strong(self, name: str, value: str, long_enough: bool) -> None:
        if value in TEST_SECRETS.values():
            self.faults.append(f"{name} is the one of the tests, which everybody knows.")
        elif not long_enough or len(set(value)) < 8:
            self.faults.append(
                f"{name} is too short or too simple: take {SECRET_KEY_LENGTH} random characters"
                " or more, for example from `openssl rand -hex 32`."
            )

    def base_url(self) -> str:
        value = self.get("BASE_URL").rstrip("/")
        parts = urlsplit(value)
        if value and not (parts.scheme in ("http", "https") and parts.hostname):
            self.faults.append("BASE_URL must be an http:// or https:// address.")
        return value

    def hosts(self, base_url: str, *, production: bool) -> tuple[str, ...]:
        own = urlsplit(base_url).hostname or ""
        here = () if production else ("localhost",)
        return tuple(filter(None, (own, *allowed_hosts(self.environ, self.faults), *here)))

import hashlib

import pytest
from sqlalchemy import make_url

from config.keys import key_id
from config.relays import Relay
from config.settings import TEST_SECRETS, SettingsError, WechatApp, load_settings
from wechat.sandbox import SANDBOX_APP_ID

PRODUCTION = {
    "SHUNHAO_MODE": "production",
    "DATABASE_URL": "postgres://hall:pass@db/hall",
    "REDIS_URL": "redis://cache:6379/0",
    "SECRET_KEY": "xS9bq0dWm2kfLr7vTzUe4HaJn1oYcGi5",
    "DATA_KEY": "00112233445566778899aabbccddeeff" * 2,
    "BASE_URL": "https://hall.example/",
    "WECHAT_APP_ID": "wx0123",
    "WECHAT_APP_SECRET": "hidden",
}
NO_APP = {"WECHAT_APP_ID": "", "WECHAT_APP_SECRET": ""}
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
def demo(tmp_path):
    return {"SHUNHAO_MODE": "demo", "INSTANCE_PATH": str(tmp_path / "instance")}


def faults(environ) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    assert str(caught.value).endswith("\n".join(caught.value.faults))
    return "\n".join(caught.value.faults)


def test_production_is_read_whole():
    settings = load_settings(PRODUCTION)
    assert settings.database_url == "postgresql+psycopg://hall:pass@db/hall"
    assert settings.rq_redis_url == settings.redis_url == "redis://cache:6379/0"
    assert settings.data_key == bytes.fromhex(PRODUCTION["DATA_KEY"])
    assert settings.base_url == "https://hall.example"
    assert settings.wechat == WechatApp("wx0123", "hidden")
    assert (settings.device_limit, settings.address_limit) == (600, 1200)
    assert settings.max_body == 1024 * 1024
    assert settings.log_format == "json"


def test_without_an_app_phones_cannot_sign_in():
    assert load_settings(PRODUCTION | NO_APP).wechat is None


def test_an_app_may_have_pushes_a_relay_and_testers():
    asked = {
        "WECHAT_API_URL": "https://relay.example/wechat/",
        "WECHAT_PUSH_TOKEN": "known",
        "WECHAT_PUSH_KEY": KEY,
        "WECHAT_STATE": "trial",
    }
    app = load_settings(PRODUCTION | asked).wechat
    assert app == WechatApp(
        "wx0123", "hidden", "https://relay.example/wechat", "known", KEY, "trial"
    )
    assert not {"hidden", "known", KEY} & set(repr(app).split("'"))


def test_a_database_may_have_a_server_that_takes_its_place():
    written = "postgresql://hall:p%40ss@one:5432,two:5433/hall?target_session_attrs=read-write"
    url = make_url(load_settings(PRODUCTION | {"DATABASE_URL": written}).database_url)
    _, options = url.get_dialect()().create_connect_args(url)
    assert (options["host"], options["port"]) == ("one,two", "5432,5433")
    assert (options["password"], options["dbname"]) == ("p@ss", "hall")
    assert options["target_session_attrs"] == "read-write"


def test_secrets_are_not_shown_when_settings_are_printed():
    shown = repr(load_settings(PRODUCTION))
    for name in ("DATABASE_URL", "SECRET_KEY", "WECHAT_APP_SECRET"):
        assert PRODUCTION[name] not in shown
    assert "pass@" not in shown


def test_every_missing_setting_is_named_at_once():
    named = faults({"SHUNHAO_MODE": "production"})
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEY", "BASE_URL"):
        assert f"{name} is missing." in named


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"SHUNHAO_MODE": "staging"}, "SHUNHAO_MODE is 'staging'"),
        ({"DATABASE_URL": "sqlite:///hall.db"}, "production needs PostgreSQL"),
        ({"DATABASE_URL": "mysql://db/hall"}, "DATABASE_URL begins with mysql://"),
        ({"DATABASE_URL": "postgresql://a,b/hall"}, "DATABASE_URL names several servers"),
        ({"DATABASE_URL": "postgresql://a:port/hall"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "nowhere"}, "DATABASE_URL cannot be read"),
        ({"REDIS_URL": "http://cache"}, "REDIS_URL must begin with"),
        ({"RQ_REDIS_URL": "cache:6379"}, "RQ_REDIS_URL must begin with"),
        ({"REDIS_URL": "redis+cluster://cache:6379"}, "RQ_REDIS_URL must name a plain Redis"),
        ({"REDIS_URL": "redis+cluster://a:6379,b/1"}, "REDIS_URL names database 1"),
        ({"REDIS_URL": "redis+cluster://a:6379,:1"}, "REDIS_URL cannot be read: a host is"),
        ({"REDIS_URL": "redis+sentinel://a:26379,b"}, "REDIS_URL must name the service"),
        ({"RQ_REDIS_URL": "redis+sentinel://a:port/x"}, "RQ_REDIS_URL cannot be read: Port"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "ab" * 20}, "SECRET_KEY is too short or too simple"),
        ({"SECRET_KEY": TEST_SECRETS["SECRET_KEY"]}, "SECRET_KEY is the one of the tests"),
        ({"DATA_KEY": TEST_SECRETS["DATA_KEY"]}, "DATA_KEY is the one of the tests"),
        ({"DATA_KEY": "00" * 32}, "DATA_KEY is too short or too simple"),
        ({"DATA_KEY": "0011"}, "DATA_KEY must be 32 bytes"),
        ({"DATA_KEY": "g" * 64}, "DATA_KEY must be 32 bytes"),
        ({"BASE_URL": "hall.example"}, "BASE_URL must be"),
        ({"WECHAT_APP_SECRET": ""}, "WECHAT_APP_ID is set without WECHAT_APP_SECRET"),
        ({"WECHAT_APP_ID": ""}, "WECHAT_APP_SECRET is set without WECHAT_APP_ID"),
        ({"WECHAT_APP_ID": SANDBOX_APP_ID}, "WECHAT_APP_ID is the sandbox's"),
        ({"WECHAT_API_URL": "http://relay"}, "WECHAT_API_URL must be an https:// address"),
        ({"WECHAT_PUSH_TOKEN": "t"}, "WECHAT_PUSH_TOKEN is set without WECHAT_PUSH_KEY"),
        ({"WECHAT_PUSH_KEY": KEY}, "WECHAT_PUSH_KEY is set without WECHAT_PUSH_TOKEN"),
        ({"WECHAT_PUSH_KEY": "short", "WECHAT_PUSH_TOKEN": "t"}, "43 letters and digits"),
        ({"WECHAT_STATE": "beta"}, "WECHAT_STATE is 'beta'"),
        (NO_APP | {"WECHAT_STATE": "trial"}, "WECHAT_STATE is set without WECHAT_APP_ID"),
        ({"ADDRESS_LIMIT": "0"}, "ADDRESS_LIMIT is '0'"),
        ({"MAX_BODY": "1 MB"}, "MAX_BODY is '1 MB'"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'"),
        ({"LOG_LEVEL": "DEBUG"}, "LOG_LEVEL is DEBUG"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is set"),
        ({"GUNICORN_CMD_ARGS": "--reload"}, "GUNICORN_CMD_ARGS says --reload"),
        ({"BASE_URL": "http://hall.example"}, "BASE_URL begins with http://"),
        ({"DATABASE_URL": "postgresql://h:CHANGE-ME@db/h"}, "DATABASE_URL still says CHANGE-ME"),
        ({"REDIS_URL": "redis://:CHANGE-ME@r:6379/0"}, "REDIS_URL still says CHANGE-ME"),
        ({"SECOND_FACTOR": "offered"}, "SECOND_FACTOR must be required"),
        ({"SECRET_KEY": PRODUCTION["DATA_KEY"]}, "DATA_KEY is the same as SECRET_KEY"),
        ({"ALLOWED_HOSTS": "hall.example, *"}, "ALLOWED_HOSTS names '*'"),
        ({"ALLOWED_HOSTS": "https://hall.example"}, "ALLOWED_HOSTS names 'https://"),
        ({"ALLOWED_HOSTS": ".example"}, "ALLOWED_HOSTS names '.example'"),
        ({"ALLOWED_HOSTS": "hall.example:443"}, "ALLOWED_HOSTS names 'hall.example:443'"),
    ],
)
def test_a_half_made_setting_is_refused_in_words(change, fault):
    assert fault in faults(PRODUCTION | change)


def test_the_hall_is_asked_by_its_own_names(demo):
    asked = PRODUCTION | {"ALLOWED_HOSTS": "www.hall.example, 10.1.2.3"}
    assert load_settings(asked).hosts == ("hall.example", "www.hall.example", "10.1.2.3")
    assert load_settings(demo).hosts == ("127.0.0.1", "localhost")


def test_what_a_demo_may_do_a_demo_does(demo):
    assert load_settings(demo | {"LOG_LEVEL": "DEBUG", "FLASK_DEBUG": "1"}).mode == "demo"


def test_several_faults_are_named_together():
    named = faults(PRODUCTION | {"SECRET_KEY": "x", "REDIS_URL": "?", "WECHAT_APP_ID": ""})
    assert len(named.splitlines()) == 3


OTHER_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2


def test_a_hall_may_have_keys_that_only_open():
    given = {"DATA_KEYS_BEFORE": f"{OTHER_KEY}, {'ab12cd34' * 8}", "INDEX_KEY": OTHER_KEY}
    settings = load_settings(PRODUCTION | given)
    assert settings.data_keys_before == (bytes.fromhex(OTHER_KEY), bytes.fromhex("ab12cd34" * 8))
    assert settings.index_key == bytes.fromhex(OTHER_KEY)
    assert load_settings(PRODUCTION).index_key == load_settings(PRODUCTION).data_key


def same_id(key: str) -> str:
    """Another key with the key id of this one."""
    wanted = key_id(bytes.fromhex(key))
    others = (hashlib.sha256(f"{n}".encode()).hexdigest() for n in range(9_999))
    return next(one for one in others if key_id(bytes.fromhex(one)) == wanted)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"DATA_KEYS_BEFORE": OTHER_KEY}, "INDEX_KEY is missing"),
        ({"DATA_KEYS_BEFORE": "0011"}, "DATA_KEYS_BEFORE must be 32 bytes"),
        ({"DATA_KEYS_BEFORE": "00" * 32}, "DATA_KEYS_BEFORE is too short or too simple"),
        ({"DATA_KEYS_BEFORE": PRODUCTION["DATA_KEY"]}, "name one key twice"),
        ({"DATA_KEYS_BEFORE": same_id(PRODUCTION["DATA_KEY"])}, "have the same key id"),
        ({"INDEX_KEY": "g" * 64}, "INDEX_KEY must be 32 bytes"),
    ],
)
def test_each_fault_of_the_keys_is_said(change, fault):
    assert fault in faults(PRODUCTION | change)


def test_the_data_key_may_be_base64():
    key = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="
    assert load_settings(PRODUCTION | {"DATA_KEY": key}).data_key == bytes.fromhex(
        PRODUCTION["DATA_KEY"]
    )


def test_beside_a_cluster_rq_has_its_own_server():
    settings = load_settings(
        PRODUCTION
        | {"REDIS_URL": "redis+cluster://shard:6379", "RQ_REDIS_URL": "redis://jobs:6379/0"}
    )
    assert settings.rq_redis_url == "redis://jobs:6379/0"


def test_the_demo_makes_its_secrets_once_and_keeps_them_to_itself(demo, tmp_path):
    first, second = load_settings(demo), load_settings(demo)
    assert first == second
    assert len(first.data_key) == 32
    assert first.database_url == f"sqlite:///{tmp_path}/instance/shunhao.db"
    assert first.base_url == "http://127.0.0.1:8000"
    assert first.wechat.id == SANDBOX_APP_ID
    assert first.wechat.api_url == "http://127.0.0.1:9000"
    assert (tmp_path / "instance" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_another_demo_has_other_secrets(demo, tmp_path):
    other = load_settings(demo | {"INSTANCE_PATH": str(tmp_path / "other")})
    assert other.secret_key != load_settings(demo).secret_key


def test_the_demo_runs_where_it_was_told_to(demo):
    settings = load_settings(demo | {"PORT": "8123"})
    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.wechat.api_url == "http://127.0.0.1:9123"


def test_the_demo_never_runs_beside_a_real_app(demo):
    app = {"WECHAT_APP_ID": "wx0123", "WECHAT_APP_SECRET": "hidden"}
    assert "the sandbox never runs beside a real app" in faults(demo | app)


def test_without_a_mode_it_is_the_demo(demo):
    del demo["SHUNHAO_MODE"]
    assert load_settings(demo).mode == "demo"


def test_a_real_name_service_is_asked_in_production_only(demo):
    asked = {"REAL_NAME_URL": "https://register.example/check/", "REAL_NAME_KEY": "hidden"}
    settings = load_settings(PRODUCTION | asked)
    assert settings.real_name == Relay("https://register.example/check", "hidden")
    assert "hidden" not in repr(settings)
    assert settings.register is None
    assert "REAL_NAME_URL" in faults(demo | asked)
    assert load_settings(demo).register is not None
    assert load_settings(PRODUCTION).real_name is None


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"REAL_NAME_URL": "https://register.example"}, "REAL_NAME_URL is set without"),
        ({"REAL_NAME_KEY": "hidden"}, "REAL_NAME_KEY is set without"),
        ({"REAL_NAME_URL": "http://register.example", "REAL_NAME_KEY": "x"}, "https://"),
    ],
)
def test_a_real_name_service_half_set_or_in_the_open(asked, fault):
    assert fault in faults(PRODUCTION | asked)


def test_public_records_are_asked_in_production_only(demo):
    asked = {"PUBLIC_RECORDS_URL": "https://records.example/ask/", "PUBLIC_RECORDS_KEY": "hidden"}
    settings = load_settings(PRODUCTION | asked)
    assert settings.public_records == Relay("https://records.example/ask", "hidden")
    assert "hidden" not in repr(settings)
    assert settings.records is None
    assert "PUBLIC_RECORDS_URL" in faults(demo | asked)
    assert load_settings(demo).records is not None
    assert load_settings(PRODUCTION).public_records is None


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"PUBLIC_RECORDS_URL": "https://records.example"}, "PUBLIC_RECORDS_URL is set without"),
        ({"PUBLIC_RECORDS_KEY": "hidden"}, "PUBLIC_RECORDS_KEY is set without"),
        ({"PUBLIC_RECORDS_URL": "http://records.example", "PUBLIC_RECORDS_KEY": "x"}, "https://"),
    ],
)
def test_public_records_half_set_or_in_the_open(asked, fault):
    assert fault in faults(PRODUCTION | asked)

"""The layouts a hall may take: each is what its own linter takes, its processes are those that the
operations guide names, and nginx is really run before the web and the streams service."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ruamel.yaml import YAML

from config.settings import ROOT
from embedded.program import Program
from tests.conftest import missing
from tests.house import HALL
from tests.servers import Missing, own_port
from tests.streams_service import streams_service

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
COMMANDS = {
    "python -m gunicorn --config config/gunicorn.py wsgi:app",
    "python -m gunicorn --config config/streams.py wsgi:app",
    "flask --app wsgi worker",
    "flask --app wsgi schedule",
    "flask --app wsgi db upgrade",
}
WITHIN_S = 60


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"/usr/sbin:/sbin:{BIN}:/usr/bin:/bin")
    if found is None:
        missing(Missing(name, f"Debian's package {package} has it"))
    return str(found)


def ran(*command: str | Path) -> str:
    """What it said; it must have found nothing wrong."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


# Each by its own linter


def test_compose_takes_its_file():
    ran(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml")


def test_the_image_is_made_as_images_should_be():
    ran(BIN / "hadolint", "deploy/Dockerfile")


def test_kubernetes_takes_its_objects():
    ran(BIN / "kubernetes-validate", "--strict", "deploy/kubernetes/shunhao.yaml")


def test_systemd_takes_its_units(tmp_path):
    analyze = program("systemd-analyze", "systemd")
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace("/opt/shunhao/.venv/bin", str(BIN))
        (tmp_path / unit.name).write_text(text.replace("/opt/shunhao", str(ROOT)))
    units = [str(unit) for unit in tmp_path.iterdir()]
    assert ran(analyze, "verify", "--man=no", "--recursive-errors=no", *units) == ""


# One installation in three layouts


def of_compose() -> set[str]:
    read = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())
    ours = [each for each in read["services"].values() if each.get("image") == "shunhao"]
    return {each["command"] for each in ours}


def of_kubernetes() -> set[str]:
    read = YAML(typ="safe").load_all((DEPLOY / "kubernetes/shunhao.yaml").read_text())
    pods = [each["spec"]["template"] for each in read if each["kind"] in ("Deployment", "Job")]
    return {" ".join(pod["spec"]["containers"][0]["command"]) for pod in pods}


def of_systemd() -> set[str]:
    units = [unit.read_text() for unit in (DEPLOY / "systemd").glob("*.service")]
    return {re.findall(r"^ExecStart=/opt/shunhao/.venv/bin/(.*)$", unit, re.M)[0] for unit in units}


@pytest.mark.parametrize("commands", [of_compose, of_kubernetes, of_systemd])
def test_each_layout_runs_every_process(commands):
    assert commands() == COMMANDS
    operations = (ROOT / "docs/operations.md").read_text()
    assert [command for command in COMMANDS if f"`{command}`" not in operations] == []


def test_what_the_example_sets_is_a_setting():
    names = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "shunhao.env.example").read_text(), re.M)
    operations = (ROOT / "docs/operations.md").read_text()
    assert len(names) > 5
    assert [name for name in names if f"`{name}`" not in operations] == []


# nginx, before both


def certificate(folder: Path) -> ssl.SSLContext:
    """Make one for this machine; whoever trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, *plain))
    return ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


def configuration(folder: Path, port: int, plain_port: int, web: str, streams: str) -> Path:
    """Ours, with the places of this machine, in the least nginx.conf that holds it."""
    ours = (DEPLOY / "nginx/shunhao.conf").read_text()
    for was, now in {
        "web:8000": web.removeprefix("http://"),
        "streams:8001": streams.removeprefix("http://"),
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80 ": f"listen 127.0.0.1:{plain_port} ",
        "/etc/nginx/tls/": f"{folder}/",
        "/srv/shunhao/static/": f"{ROOT}/app/static/",
    }.items():
        assert was in ours
        ours = ours.replace(was, now)
    places = "\n".join(
        f"{what}_temp_path {folder}/{what};"
        for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        "user root; events {}\nhttp { include /etc/nginx/mime.types; access_log off;\n"
        f"{places}\n{ours}\n}}\n"
    )
    return file


@pytest.fixture
def environ(environ):
    return {**environ, "TRUSTED_PROXIES": "1", "WEB_CONCURRENCY": "1"}


def test_nginx_serves_pages_files_and_streams(house, environ, live_server, tmp_path):
    nginx = program("nginx", "nginx-light")
    trusts = certificate(tmp_path)
    with (
        streams_service(environ, tmp_path) as streams,
        own_port() as port,
        own_port() as plain_port,
    ):
        file = configuration(tmp_path, port, plain_port, live_server, streams.url)
        ran(nginx, "-t", "-c", file)
        server = Program("nginx", (nginx, "-c", str(file)), tmp_path, tmp_path / "nginx.log")
        process = server.start()
        try:
            until_it_listens(port)
            board = asked(f"https://localhost:{port}/api/v1/halls/{HALL}/board", trusts)
            assert board.status == 200
            script = asked(f"https://localhost:{port}/static/shared/api.js", trusts)
            assert script.headers["Cache-Control"] == "max-age=600"
            assert script.headers["ETag"]
            hears_a_call(port, trusts, house)
            with pytest.raises(urllib.error.HTTPError) as hidden:
                asked(f"https://localhost:{port}/metrics", trusts)
            assert hidden.value.code == 404
        finally:
            server.stop(process)


def until_it_listens(port: int) -> None:
    until = time.monotonic() + WITHIN_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)


def asked(url: str, trusts: ssl.SSLContext):
    return urllib.request.urlopen(url, context=trusts, timeout=WITHIN_S)  # noqa: S310 (our own)


def hears_a_call(port: int, trusts: ssl.SSLContext, house) -> None:
    """While the stream is still open, and as it happens: nobody holds it back."""
    with asked(f"https://localhost:{port}/api/v1/halls/{HALL}/events", trusts) as stream:
        while not stream.readline().startswith(b"event: resync"):
            pass
        number = house.take()["number"]
        while f'"number": "{number}"'.encode() not in stream.readline():
            pass

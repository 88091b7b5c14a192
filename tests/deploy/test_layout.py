"""The layouts a hall may take: each is what its own linter takes, its processes are those that the
operations guide names, and nginx is really run before the web and the streams service."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

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
    "flask --app wsgi speech make",
    "deploy/backup.sh",
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


def without_folder(command: str) -> str:
    """Where backups go is each layout's own."""
    return command.partition(" ")[0] if "backup.sh" in command else command


def of_compose() -> set[str]:
    read = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())
    ours = [each for each in read["services"].values() if each.get("image") == "shunhao"]
    return {without_folder(each["command"]) for each in ours}


def of_kubernetes() -> set[str]:
    read = YAML(typ="safe").load_all((DEPLOY / "kubernetes/shunhao.yaml").read_text())
    specs = [each["spec"] for each in read if each["kind"] in ("Deployment", "Job", "CronJob")]
    pods = [spec.get("jobTemplate", {"spec": spec})["spec"]["template"]["spec"] for spec in specs]
    commands = [" ".join(each["command"]) for pod in pods for each in pod["containers"]]
    return {without_folder(command) for command in commands}


def of_systemd() -> set[str]:
    units = [unit.read_text() for unit in (DEPLOY / "systemd").glob("*.service")]
    begins = re.compile(r"^ExecStart=/opt/shunhao/(?:\.venv/bin/)?(.*)$", re.MULTILINE)
    return {without_folder(command) for unit in units for command in begins.findall(unit)}


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


def test_the_image_can_back_up_the_server_beside_it():
    server = re.findall(r"image: postgres:(\d+)", (DEPLOY / "compose.yaml").read_text())
    client = re.findall(r"postgresql-client-(\d+)=", (DEPLOY / "Dockerfile").read_text())
    assert server == client != []


def test_a_nightly_backup_is_made_and_old_ones_go(environ, house, tmp_path):
    for day in ("01", "02", "03"):
        (tmp_path / f"shunhao-2020-01-{day}T013000.zip").touch()
    with_ours = {**environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        [DEPLOY / "backup.sh", tmp_path, "2"],
        env=with_ours,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    old, new = sorted(tmp_path.glob("*.zip"))
    assert old.name == "shunhao-2020-01-03T013000.zip"
    assert "manifest.json" in ZipFile(new).namelist()


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


@dataclass
class Names:
    """A name server that knows one address, whatever it is asked for."""

    port: int
    address: str

    def answer(self, asked: bytes) -> bytes:
        ends = asked.index(b"\0", 12) + 5
        record = struct.pack(">HHHIH", 0xC00C, 1, 1, 1, 4) + socket.inet_aton(self.address)
        return asked[:2] + struct.pack(">5H", 0x8180, 1, 1, 0, 0) + asked[12:ends] + record


@contextmanager
def name_server(address: str) -> Iterator[Names]:
    with socket.socket(type=socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        names = Names(here.getsockname()[1], address)

        def serve() -> None:
            while names.port:
                asked, whom = here.recvfrom(512)
                here.sendto(names.answer(asked), whom)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield names
        at, names.port = names.port, 0
        with socket.socket(type=socket.SOCK_DGRAM) as last:  # it looks up once more, and ends
            last.sendto(b"\0" * 12 + b"\0" * 5, ("127.0.0.1", at))
        thread.join(WITHIN_S)


def backends(file: str, web: str, streams: str, names: Names) -> str:
    """Where both are, as a layout says it, with the places of this machine."""
    ours = (DEPLOY / "nginx" / file).read_text()
    for port, now in ((8000, web), (8001, streams)):
        assert f":{port}" in ours
        ours = ours.replace(f":{port}", f":{now.rpartition(':')[2]}")
    return ours.replace("127.0.0.11", f"127.0.0.1:{names.port}")


def configuration(folder: Path, port: int, plain_port: int, behind: str) -> Path:
    """Ours, with the places of this machine, in the least nginx.conf that holds it."""
    ours = (DEPLOY / "nginx/shunhao.conf").read_text()
    for was, now in {
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
        f"{places}\n{behind}\n{ours}\n}}\n"
    )
    return file


@pytest.fixture
def environ(environ):
    return {**environ, "TRUSTED_PROXIES": "1", "WEB_CONCURRENCY": "1"}


@pytest.mark.parametrize("layout", ["backends.conf", "backends-compose.conf"])
def test_nginx_serves_pages_files_and_streams(house, environ, live_server, tmp_path, layout):
    """By their names, too, whose addresses may change: the one it begins with is nobody's."""
    nginx = program("nginx", "nginx-light")
    trusts = certificate(tmp_path)
    with (
        streams_service(environ, tmp_path) as streams,
        own_port() as port,
        own_port() as plain_port,
        name_server("127.0.0.99") as names,
    ):
        behind = backends(layout, live_server, streams.url, names)
        file = configuration(tmp_path, port, plain_port, behind)
        ran(nginx, "-t", "-c", file)
        server = Program("nginx", (nginx, "-c", str(file)), tmp_path, tmp_path / "nginx.log")
        process = server.start()
        try:
            until_it_listens(port)
            board = f"https://localhost:{port}/api/v1/halls/{HALL}/board"
            if layout == "backends-compose.conf":
                with pytest.raises(urllib.error.HTTPError) as nobody:
                    asked(board, trusts)
                assert nobody.value.code == 502
                names.address = "127.0.0.1"
            until_it_is_served(board, trusts)
            script = asked(f"https://localhost:{port}/static/shared/api.js", trusts)
            assert script.headers["Cache-Control"] == "max-age=600"
            assert script.headers["ETag"]
            hears_a_call(port, trusts, house)
            with pytest.raises(urllib.error.HTTPError) as hidden:
                asked(f"https://localhost:{port}/metrics", trusts)
            assert hidden.value.code == 404
            assert speaks_http2(port, trusts)
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


def until_it_is_served(url: str, trusts: ssl.SSLContext) -> None:
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        try:
            return asked(url, trusts).close()
        except urllib.error.HTTPError as error:
            if error.code != 502:
                raise
            time.sleep(0.2)
    raise AssertionError(url)


def speaks_http2(port: int, trusts: ssl.SSLContext) -> bool:
    """Or a browser keeps six lines to a host: as many event streams, and no request more."""
    trusts.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port), WITHIN_S) as line,
        trusts.wrap_socket(line, server_hostname="localhost") as secured,
    ):
        return secured.selected_alpn_protocol() == "h2"


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

"""A server of bytes, for what no HTTP server would do: hang up, drip, answer with damage."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Manner = Callable[[socket.socket], object]


class Raw:
    """A server that treats each connection in this manner, and keeps what it was told."""

    def __init__(self, manner: Manner, tls: ssl.SSLContext | None = None) -> None:
        self._manner = manner
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.told = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            wire = self._tls.wrap_socket(client, server_side=True) if self._tls else client
            with wire:
                self.told += wire.recv(65536)
                self._manner(wire)

    def close(self) -> None:
        self._listener.close()


def drip(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(50):
        client.sendall(b" ")
        time.sleep(0.1)


def damage(wire: socket.socket) -> None:
    """An answer that no TLS can read."""
    socket.socket.sendall(wire, b"\x17\x03\x03\x00\x20" + b"damage" * 5 + b"..")
    wire.recv(1)


def trusted_tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """For a server on `localhost`, and the file of whom to trust so that it is believed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate

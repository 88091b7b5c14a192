"""Event streams with nothing around them: `python -m bench.bare.streams PORT REDIS_URL`.

A greenlet for each client, one for each hall, which reads the hall's events from Redis and writes
the same bytes to each of its clients. No queue, no limit, nobody asked who they are.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402 (after its patches)
from gevent.server import StreamServer  # noqa: E402
from redis import Redis  # noqa: E402

from queueing.keys import EventKeys  # noqa: E402

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"
)
STILL_HERE = b": still here\n\n"
HEARTBEAT_S = 15


def main(port: int, redis_url: str) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    redis = Redis.from_url(redis_url, max_connections=1_000, protocol=2)
    halls: defaultdict[str, set[Any]] = defaultdict(set)

    def client(sock: Any, _address: Any) -> None:
        hall = _request(sock).split(b"/halls/")[1].split(b"/")[0].decode()
        sock.sendall(HEAD + _chunk(STILL_HERE))
        if hall not in halls:
            gevent.spawn(_read, redis, hall, halls[hall])
            gevent.spawn(_beat, halls[hall])
        halls[hall].add(sock)
        try:
            while sock.recv(1024):
                pass
        except ConnectionError:
            pass
        finally:
            halls[hall].discard(sock)

    StreamServer(("127.0.0.1", port), client, backlog=1_024).serve_forever()


def _request(sock: Any) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said:
        said += sock.recv(65_536)
    return said


def _read(redis: Any, hall: str, clients: set[Any]) -> None:
    keys = EventKeys(hall)
    last = "$"
    while True:
        reply = redis.xread({keys.stream: last}, block=1_000)
        if not reply:
            continue
        generation = (redis.get(keys.generation) or b"").decode()
        for entry, fields in reply[0][1]:
            last = entry.decode()
            _write(clients, _chunk(_message(generation, last, fields[b"payload"])))


def _message(generation: str, place: str, payload: bytes) -> bytes:
    told = json.loads(payload)
    told["server_time"] = datetime.now(UTC).isoformat()
    data = json.dumps(told, ensure_ascii=False)
    return f"event: {told['event']}\nid: {generation}:{place}\ndata: {data}\n\n".encode()


def _beat(clients: set[Any]) -> None:
    while True:
        gevent.sleep(HEARTBEAT_S)
        _write(clients, _chunk(STILL_HERE))


def _write(clients: set[Any], data: bytes) -> None:
    for sock in tuple(clients):
        sock.send(data)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

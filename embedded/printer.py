"""The demo's thermal printer, which only plays: what it is sent as dots stands on a page.

`python -m embedded.printer --port PORT --page-port PORT`: the first is for paper, as any network
printer's 9100 is (ESC/POS; of it, what raster mode takes), the second is the page.
"""

from __future__ import annotations

import argparse
import io
import logging
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

log = logging.getLogger(__name__)

READY, WORKED_OFF = b"\x12", b"\x00"
"""What it says to DLE EOT, and to GS r."""
ESC, DLE, GS = b"\x1b", b"\x10", b"\x1d"
KEPT = 12
MOST_DOTS_HIGH = 8_000
"""A metre of paper."""
LOOKS_AGAIN_S = 2
PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="{seconds}">
<title>演示打印机</title><link rel="icon" href="data:,">
<style>
  body {{ margin: 0; padding: 1.5rem; font: 1rem/1.5 sans-serif; }}
  body {{ color: #14233a; background: #e9eef5; }}
  h1 {{ font-size: 1.3rem; margin: 0 0 .2rem; }}
  main {{ display: flex; flex-wrap: wrap; align-items: start; gap: 1.2rem; margin-top: 1.2rem; }}
  img {{ width: 18rem; padding: 1rem .8rem 1.6rem; background: #fff; box-shadow: 0 2px 8px #0003; }}
</style>
<h1>演示打印机 · The demo's printer</h1>
<p>最近打出来的 {count} 张，新的在前。 The last {count} papers, newest first.</p>
<main>{papers}</main></html>
"""
NOTHING = "<p>还没有打印过。请在带打印机的取号机上取号。 Nothing yet: take a number.</p>"


@dataclass
class Roll:
    """The last papers, as PNG, by their number."""

    papers: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT))
    count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, strips: Sequence[Image.Image]) -> None:
        """Keep what was printed since the last cut."""
        if not strips:
            return
        paper = Image.new("1", (strips[0].width, sum(each.height for each in strips)), 1)
        y = 0
        for each in strips:
            paper.paste(each, (0, y))
            y += each.height
        png = io.BytesIO()
        paper.save(png, "PNG")
        with self._lock:
            self.count += 1
            self.papers.appendleft((self.count, png.getvalue()))

    def shown(self) -> list[tuple[int, bytes]]:
        with self._lock:
            return list(self.papers)


def work(said: io.BufferedIOBase, line: socket.socket, roll: Roll) -> None:
    """Do what one client says until it hangs up. Raises EOFError in the middle of a command."""
    strips: list[Image.Image] = []
    while lead := said.read(1):
        if lead == DLE:
            _take(said, 2)
            line.sendall(READY)
        elif lead == ESC:
            if _take(said, 1) != b"@":
                _take(said, 1)
        elif lead == GS:
            what = _take(said, 1)
            if what == b"v":
                strips.append(_dots(said))
                continue
            _take(said, 1)
            if what == b"V":
                roll.cut(strips)
                strips = []
            elif what == b"r":
                line.sendall(WORKED_OFF)


def _dots(said: io.BufferedIOBase) -> Image.Image:
    """GS v 0: a strip as wide as so many bytes, and so many dots high."""
    _take(said, 2)
    wide, high = struct.unpack("<HH", _take(said, 4))
    if high > MOST_DOTS_HIGH:
        raise EOFError
    dots = _take(said, wide * high)
    return Image.frombytes("1", (wide * 8, high), bytes(255 - byte for byte in dots))


def _take(said: io.BufferedIOBase, count: int) -> bytes:
    content = said.read(count)
    if len(content) < count:
        raise EOFError
    return content


class Listener(socketserver.ThreadingTCPServer):
    """Where paper comes in."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, roll: Roll) -> None:
        class Line(socketserver.StreamRequestHandler):
            timeout = 60

            def handle(self) -> None:
                try:
                    work(self.rfile, self.connection, roll)
                except (EOFError, OSError) as error:
                    log.warning("a line broke: %s", type(error).__name__)

        super().__init__(("127.0.0.1", port), Line)


class Page(ThreadingHTTPServer):
    """Where it can be seen."""

    def __init__(self, port: int, roll: Roll) -> None:
        class Asked(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content, kind = answer(self.path, roll)
                self.send_response(200 if content else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        super().__init__(("127.0.0.1", port), Asked)


def answer(path: str, roll: Roll) -> tuple[bytes, str]:
    """The page, or one paper; empty: there is none."""
    shown = roll.shown()
    if path == "/":
        papers = "".join(f'<img src="/{nth}.png" alt="第 {nth} 张">' for nth, _ in shown)
        page = PAGE.format(seconds=LOOKS_AGAIN_S, count=len(shown), papers=papers or NOTHING)
        return page.encode(), "text/html; charset=utf-8"
    papers_by_path = {f"/{nth}.png": png for nth, png in shown}
    return papers_by_path.get(path, b""), "image/png"


def main() -> None:
    parser = argparse.ArgumentParser(prog="embedded.printer")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    told = parser.parse_args()
    roll = Roll()
    page = Page(told.page_port, roll)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    with Listener(told.port, roll) as listener:
        listener.serve_forever()


if __name__ == "__main__":
    main()

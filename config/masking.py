"""What no log line shows, whoever wrote it: numbers of people, telephones, passwords, tokens.

Our own lines name nobody. This is for what libraries and servers say in their errors, and for the
line that somebody adds one day without thinking.
"""

from __future__ import annotations

import re

FIELDS = "|".join(
    (
        *("name", "holder_name", "agent_name", "addressee", "id_number", "credit_code", "phone"),
        *("openid", "address", "password", "token", "key", "secret", "code", "session_key"),
        *("access_token", "authorization", "cookie"),
    )
)
QUERY = "access_token|js_code|secret|token|code|key|password|session_key|openid"
PLACES = (
    (re.compile(r"://[^/@\s'\"]*:[^/@\s'\"]*@"), "://<credentials>@"),
    (re.compile(r"(?i)\b(bearer)\s+[^\s'\",]+"), r"\1 <token>"),
    (re.compile(rf"(?i)\b({QUERY})=[^&\s'\"]+"), r"\1=<hidden>"),
    (
        re.compile(rf"(?i)(['\"](?:{FIELDS})['\"]\s*[:,]\s*)(['\"])(?:(?!\2)[^\\]|\\.)*\2"),
        r"\1\2<hidden>\2",
    ),
    # a server's error quotes the row that was refused
    (re.compile(r"(DETAIL:\s+)[^\n]*"), r"\1<hidden>"),
    (re.compile(r"(/(?:t|followed)/)[0-9a-f]{32}"), r"\1<token>"),
    (re.compile(r"\bshk_[\w-]+"), "<key>"),
    (re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])"), "<token>"),
    (
        re.compile(
            r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d\d{3}[0-9Xx]"
            r"(?![0-9A-Za-z])"
        ),
        "<id number>",
    ),
    (re.compile(r"(?<![0-9A-Za-z.])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z])"), "<phone>"),
)
"""Each pattern, and what stands in its place. Session tokens are 43 characters long; the 32 digits
of an id are no secret but in the address of a ticket."""


def masked(text: str) -> str:
    """The same without any of it."""
    for pattern, instead in PLACES:
        text = pattern.sub(instead, text)
    return text

"""What a password may be. Pure.

Length counts, and that nobody guesses it: no rules about digits and signs, which only make people
write it down (NIST SP 800-63B, 5.1.1.2). No list of leaked passwords is asked, since that would
reach outside; what heads every such list follows from the few rules here.
"""

from __future__ import annotations

import re

LEAST, MOST = 10, 128
LAST_ONES = 5
"""How many of one's passwords, the present one among them, are not taken again."""
DIFFERENT = 5
"""Of so many different characters it has to be made."""
COMMON = frozenset(
    """
    abc abcd aaa admin administrator asdf asdfghjkl beijing bumen changeme chuangkou computer dating
    default demo dragon football fuwu gongan guest hello iloveyou internet letmein login master mima
    mimashi monkey pass passwd password passwort princess qazwsx qazwsxedc qweasd qweasdzxc qwerty
    qwertyuiop root secret shanghai shunhao sunshine test user welcome windows wode wodemima woaini
    woaiwojia woaizhongguo zhengfu zhengwu zhengwufuwu zhongguo zxcvbnm
    """.split()  # noqa: SIM905 (read more easily than seventy strings)
)
"""What people call a password when they are asked for one, here and elsewhere."""
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
"""Ways along a keyboard."""
READ_AS = str.maketrans("@4310$5!7", "aaeloss" + "it")
"""Signs that stand for letters: p@ssw0rd."""

TOO_SHORT = "密码应为 10 到 128 个字符。"
THE_NAME = "密码不能是用户名或姓名，也不能只在后面加几个数字。"
ONLY_DIGITS = "密码不能全是数字：生日、电话号码很容易被猜到。"
TOO_FEW = "密码里不同的字符太少，容易被猜到，请换一个。"
A_ROW = "密码不能是键盘或字母表上连着的一串，请换一个。"
TOO_COMMON = "这个密码太常见，容易被猜到，请换一个。"


def fault(password: str, username: str, name: str = "") -> str | None:
    """What is wrong with a password for this account, as a sentence; None: nothing."""
    folded = password.casefold()
    bare = re.sub(r"[\W\d_]+", "", folded)
    if not LEAST <= len(password) <= MOST:
        return TOO_SHORT
    if folded in _names(username, name) or bare in _names(username, name) - {""}:
        return THE_NAME
    if password.isdigit():
        return ONLY_DIGITS
    if len(set(folded)) < DIFFERENT:
        return TOO_FEW
    if _is_row(folded):
        return A_ROW
    if _is_common(folded, bare):
        return TOO_COMMON
    return None


def _names(*names: str) -> set[str]:
    folded = {name.casefold().strip() for name in names}
    return folded | {re.sub(r"[\W\d_]+", "", name) for name in folded}


def _is_row(folded: str) -> bool:
    """Whether it goes along the keyboard, forwards, backwards or around."""
    return any(folded in way * 3 for row in ROWS for way in (row, row[::-1]))


def _is_common(folded: str, bare: str) -> bool:
    """Whether a common word is all there is to it, but for digits, signs and saying it again."""
    words = {bare, re.sub(r"[\W\d_]+", "", folded.rstrip("0123456789!@#$.").translate(READ_AS))}
    return any(_once(word) in COMMON for word in words)


def _once(word: str) -> str:
    """abcabc is abc."""
    found = re.fullmatch(r"(.+?)\1*", word)
    return found[1] if found else word

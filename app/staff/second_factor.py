"""The second factor: six digits that a phone makes from a secret and the time (TOTP, RFC 6238), or
one of eight recovery codes. A code serves once; half a minute before and after still counts."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import Row, delete, func, insert, or_, select, update

from app.catalog.service import plan_of
from app.core import audit
from app.core.acts import Act
from app.core.db import db
from app.core.parts import parts
from app.staff.errors import NoSecondFactor, SecondFactorOn, WrongCode, WrongOwnCode
from app.staff.queries import RECOVERY_CODES as CODES
from app.staff.queries import STAFF, account

DRIFT = (0, -1, 1)
"""Steps of half a minute a phone's clock may be off."""
DIGITS = 6
RECOVERY_CODES = 8
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read wrong."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a phone's authenticator takes in."""

    secret: str
    """In base32, to be typed in."""
    address: str
    """otpauth://…, to be scanned."""


def begin(act: Act) -> Offer:
    """A fresh secret for whoever acts; it holds once they prove that their phone has it. Raises
    SecondFactorOn."""
    who = _own(act)
    if who.totp_since is not None:
        raise SecondFactorOn
    secret = pyotp.random_base32()
    sealed = parts().seal.seal(_purpose(who.id), secret)
    _write(who.id, totp_sealed=sealed)
    issuer = f"顺号 {plan_of(who.hall).name}"
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=who.username, issuer_name=issuer))


def confirm(code: str, act: Act) -> list[str]:
    """From now on signing in takes a code; the recovery codes, told once. Raises SecondFactorOn,
    NoSecondFactor, WrongOwnCode."""
    who = _own(act)
    if who.totp_since is not None:
        raise SecondFactorOn
    if who.totp_sealed is None:
        raise NoSecondFactor
    _use_own(who, code, act)
    _write(who.id, totp_since=act.now)
    audit.note(act, who.hall, "second_factor_on", who.username)
    return _new_codes(who.id)


def new_recovery_codes(code: str, act: Act) -> list[str]:
    """Eight others instead of those of before. Raises NoSecondFactor, WrongOwnCode."""
    who = _own(act)
    if who.totp_since is None:
        raise NoSecondFactor
    _use_own(who, code, act)
    audit.note(act, who.hall, "recovery_codes_made", who.username)
    return _new_codes(who.id)


def use(who: Row[Any], code: str, act: Act) -> None:
    """Take a code of an account that has a second factor; it serves no second time. Raises
    WrongCode."""
    bare = code.replace(" ", "").replace("-", "").casefold()
    if len(bare) == DIGITS and bare.isascii() and bare.isdigit():
        _use_digits(who, bare, act)
        return
    spent = (
        update(CODES)
        .where(
            CODES.c.staff_id == who.id,
            CODES.c.code_index == _index(who.id, bare),
            CODES.c.used_at.is_(None),
        )
        .values(used_at=act.now)
        .returning(CODES.c.id)
    )
    if db.session.execute(spent).first() is None:
        raise WrongCode
    audit.note(act, who.hall, "recovery_code_used", who.username)


def reset(who: Row[Any], act: Act) -> None:
    """Sign in without a code again, until a new second factor is set up. Raises NoSecondFactor."""
    if who.totp_since is None:
        raise NoSecondFactor
    forget(who.id)
    audit.note(act, who.hall, "second_factor_reset", who.username)


def forget(staff: str) -> None:
    """Neither secret nor codes of this account remain."""
    _write(staff, totp_sealed=None, totp_since=None, totp_step=None)
    db.session.execute(delete(CODES).where(CODES.c.staff_id == staff))


def recovery_codes_left(staff: str) -> int:
    left = select(func.count()).where(CODES.c.staff_id == staff, CODES.c.used_at.is_(None))
    return db.session.execute(left).scalar_one()


def _use_own(who: Row[Any], code: str, act: Act) -> None:
    """The same of whoever is signed in already: a wrong one does not sign them out."""
    try:
        use(who, code, act)
    except WrongCode:
        raise WrongOwnCode from None


def _use_digits(who: Row[Any], digits: str, act: Act) -> None:
    totp = pyotp.TOTP(parts().seal.open(_purpose(who.id), who.totp_sealed))
    now = totp.timecode(act.now)
    fitting = (
        now + off for off in DRIFT if hmac.compare_digest(totp.generate_otp(now + off), digits)
    )
    step = next(fitting, None)
    if step is None:
        raise WrongCode
    unused = or_(STAFF.c.totp_step.is_(None), STAFF.c.totp_step < step)
    taken = (
        update(STAFF)
        .where(STAFF.c.id == who.id, unused)
        .values(totp_step=step)
        .returning(STAFF.c.id)
    )
    if db.session.execute(taken).first() is None:
        raise WrongCode


def _new_codes(staff: str) -> list[str]:
    db.session.execute(delete(CODES).where(CODES.c.staff_id == staff))
    made = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    rows = [{"staff_id": staff, "code_index": _index(staff, code)} for code in made]
    db.session.execute(insert(CODES), rows)
    return ["-".join((code[:4], code[4:8], code[8:])) for code in made]


def _own(act: Act) -> Row[Any]:
    """Whoever acts, of whom nothing changes meanwhile."""
    db.session.execute(select(STAFF.c.id).where(STAFF.c.id == act.actor.id).with_for_update())
    who = account(act.actor.id)
    assert who is not None, "accounts are never deleted"  # noqa: S101
    return who


def _write(staff: str, **values: Any) -> None:
    db.session.execute(update(STAFF).where(STAFF.c.id == staff).values(**values))


def _purpose(staff: str) -> str:
    return f"staff.totp:{staff}"


def _index(staff: str, bare: str) -> str:
    return parts().seal.find("recovery_codes.code", f"{staff}:{bare}")

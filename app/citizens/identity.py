"""Real names, as far as a hall without a real-name service can tell."""

from app.core.identity import Level


class WellFormed:
    """Believes whoever gives a well-formed number (citizens/rules.py judged it)."""

    def check(self, name: str, id_number: str) -> Level:
        return Level.DECLARED

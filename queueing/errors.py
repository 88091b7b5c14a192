"""What can go wrong between a caller and the sequence."""


class SequenceError(Exception):
    """Base of all errors of the calling sequence."""


class NotReady(SequenceError):
    """The sequence of this hall and day is empty or being rebuilt: rebuild it, or wait.

    Never to be read as "nobody waits": an emptied Redis answers this, too.
    """


class SequenceAway(SequenceError):
    """Redis did not answer in time, or not at all; what was asked may or may not have happened."""

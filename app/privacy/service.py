"""The door of this feature: what is kept about people, and what becomes of it."""

from app.privacy.erasing import erase_account, erase_person, foresee, foresee_person, note_look
from app.privacy.exporting import copy_of_account, copy_of_person
from app.privacy.keeping import due, forget_aged

__all__ = [
    "copy_of_account",
    "copy_of_person",
    "due",
    "erase_account",
    "erase_person",
    "foresee",
    "foresee_person",
    "forget_aged",
    "note_look",
]

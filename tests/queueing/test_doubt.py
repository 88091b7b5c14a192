"""Whose doubt it is."""

from queueing.doubt import Doubt


def test_what_one_hall_asked_in_vain_is_nothing_to_another():
    doubt = Doubt()
    for hall in ("t", "v"):
        assert doubt.about(hall, "20261123"), "nothing was compared yet"
        doubt.settle(hall, "20261123", doubt.reasons(hall))
    doubt.asked_in_vain("t")
    assert doubt.about("t", "20261123")
    assert not doubt.about("v", "20261123")

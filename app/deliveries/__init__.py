"""Handing over what was decided: at once, by courier, at a counter, from a box of the cabinet."""

"""The calling sequence of a hall: who is next, and why.

Standard library and redis only. Nothing here reads a clock: every time is an
argument, in whole milliseconds since the start of the hall day.
"""

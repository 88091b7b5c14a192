"""Halls: their lanes, counters, items and opening hours, loaded from a file as data."""

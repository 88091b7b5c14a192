"""Booked times: what can be booked, by whom, and what becomes of it."""

"""Renewals without an application: who is reminded, who qualifies, what is confirmed and issued."""

"""Whoever opens the hall's address without an account: the start page, and the page of a ticket."""

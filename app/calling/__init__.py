"""Calling: counters take tickets, and the sequence is kept equal to the rows."""

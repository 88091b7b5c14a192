"""The counter console."""

"""Text messages: the port, and who sends them. Knows no Flask and no SQL."""

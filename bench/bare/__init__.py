"""What ours stands beside: the same stores asked for the same, and nothing around it."""

from datetime import date

from queueing.keys import Keys

HALL = "bare"
DAY = date(2026, 11, 23)
KEYS = Keys(HALL, f"{DAY:%Y%m%d}")

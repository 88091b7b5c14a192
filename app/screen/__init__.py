"""The hall's screens."""

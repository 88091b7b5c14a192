"""Numbers: taking one, its state, its due time, its place."""

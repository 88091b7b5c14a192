"""Where to go: halls near somebody, how full each is, and what is done where."""

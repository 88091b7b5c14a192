"""The demo's people: they come, wait, are served and go, over the same HTTP API as everybody."""

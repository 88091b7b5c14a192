"""One file for each path that is measured; `measure()` gives its rows of the table."""

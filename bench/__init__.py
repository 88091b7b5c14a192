"""What the house costs beside the bare work it has to do: `make bench`."""

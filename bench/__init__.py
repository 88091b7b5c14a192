"""What the house costs, each row beside the bare work it has to do: `make bench`."""

"""Who works in a hall, and the machines that stand in it."""

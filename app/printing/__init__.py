"""Numbers on paper: one outbox of prints, the printers of the machines, what they speak."""

"""The audit log as a chain: sealed in blocks, verified, kept as long as it must be, read."""

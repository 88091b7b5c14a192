"""What the hot paths cost. Each is run as `python -m benchmarks.<name>`."""

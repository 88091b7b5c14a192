"""The number machine: its API and its pages."""

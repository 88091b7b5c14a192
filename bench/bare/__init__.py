"""The bare things that rows are compared with."""

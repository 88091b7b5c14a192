"""Kinds and licences to test with."""

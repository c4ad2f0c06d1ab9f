"""Suites, one task a file; ``registry`` finds them by name."""

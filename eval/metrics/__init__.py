"""Metrics, one family a file; ``registry`` finds them by name."""

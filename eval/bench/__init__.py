"""Benchmarks of retrieval, coverage and whole answers; each is a command, `python -m eval.bench.NAME --help`."""

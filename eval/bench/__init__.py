"""Makes the weights and baselines that ship anew; each is a command, `python -m eval.bench.NAME --help`."""

"""Everything that measures. The reference sets are in ``data``, the benchmarks in ``bench``."""

"""Metrics of rolls: what the written parts are like, and how they go with the melody and with each other.

The melody is the first part and is copied through by every composer, so it is never measured by itself. Rolls are in
the normalised key (C major, A minor), as corpora hold them.
"""

from assistant.composer.metrics.distance import features, frechet
from assistant.composer.metrics.measure import Tallies, bars_of, measure, tally
from assistant.composer.metrics.seeds import diversity

__all__ = ["Tallies", "bars_of", "diversity", "features", "frechet", "measure", "tally"]

"""Run by `torchrun`: trains a few steps on several processes and writes a digest of each one's weights."""

from __future__ import annotations

import hashlib
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import small_corpus

from assistant.composer.genres import genre
from assistant.composer.networks import Sizes
from assistant.composer.plan import Plan
from assistant.composer.training import Training
from assistant.composer.windows import cut

warnings.simplefilter("ignore")
corpus = small_corpus()
plan = Plan(steps=8, warm_up=4, batch=8, every=4, sizes=Sizes(width=32, fine=16, depth=2, critic=16))
windows = cut(corpus.rolls("train"), corpus.parts)
training = Training(corpus, windows, genre("chorale"), Path(sys.argv[1]), plan, "cpu", None, lambda share, text: None)
training.run()
joined = b"".join(value.detach().numpy().tobytes() for value in training.plain.parameters())
written = Path(sys.argv[2]) / f"weights-{training.fabric.global_rank}"
written.write_text(hashlib.sha256(joined).hexdigest(), encoding="utf-8")

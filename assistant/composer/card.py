"""The model card of a trained model: what it is, what it learnt from, how good it is and what it is not for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from assistant.composer.checkpoints import About

ORIGIN = {
    "real": "Music as it was composed.",
    "rules": "Real melodies; what goes with them was made by stated rules, so the model has learnt the rules.",
    "synthetic": "Made by stated rules throughout; the model has learnt the rules, not players.",
    "custom": "Somebody's own files; whether they may be shared is for their owner to say.",
}


def model_card(about: About, manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown; `manifest` is that of the prepared music."""
    counts, bars, plan = manifest.get("counts", {}), manifest.get("bars", {}), about.training
    licences = Counter(piece.get("licence", "not stated") for piece in manifest.get("pieces", []))
    parts = ", ".join(f"{part.name} ({part.kind}, MIDI {part.low} to {part.high})" for part in about.parts)
    minutes = plan.get("seconds", 0) / 60
    sides = ", ".join(f"{count:,} {side}" for side, count in bars.items())
    lines = [
        f"# {about.version}: {about.title}",
        "",
        f"{about.description} A conditional GAN that writes the other parts to a melody; made with Etude by",
        f"`etude compose train {about.genre}`. `model.safetensors` holds its weights (float16).",
        "",
        f"- **Parts**, the melody first: {parts}.",
        f"- **Learnt from**: {ORIGIN[about.kind]}",
        f"  {counts.get('pieces', '?')} pieces, {counts.get('tunes', '?')} tunes; bars: {sides}. A tune is on one side",
        f"  only. Digest {about.data.get('digest', '?')[:16]}.",
        *(f"- **Licence** of {number} pieces: {licence}" for licence, number in licences.most_common()),
        f"- **Training**: {plan.get('step')} steps of {plan.get('batch')} windows, at first {plan.get('warm_up')} of",
        "  them learning by heart, until this model was the best on the development side,",
        f"  {minutes:.0f} minutes on {plan.get('device')}, seed {plan.get('seed')}; see `log.csv`",
        "  and `curves.png`.",
        "",
        "## Figures on the development side",
        "",
        "Training watched these, so held-out music is a little worse. On the similarity index 0 is real music and 1",
        "random notes; diversity is the share of accompaniment cells that differ between two seeds; consonance is the",
        "share of steps at which a part and the melody are in unison, a third, fourth, fifth, sixth or octave apart.",
        "",
        "| figure | value |",
        "|---|---|",
        *(f"| {name.replace('_', ' ').replace('.', ', ')} | {value:.3f} |" for name, value in about.metrics.items()),
        "",
        "## What it is not",
        "",
        "It knows two bars, the bar before and the bar ahead: it plans no form beyond the melody's. It writes in 4/4,",
        "in sixteenths, without dynamics. Parallel fifths, odd doublings and clashes happen. It imitates averages of",
        "its music; a piece by it is not a piece by any composer named above.",
        "",
    ]
    return "\n".join(lines)

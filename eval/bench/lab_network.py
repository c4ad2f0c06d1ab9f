"""The network of the AWS DeepComposer lab, written anew to be measured against, and its training.

    python -m eval.bench.lab_network --data FOLDER --genre chorale --out FOLDER [--minutes 20] [--device auto]

A conditional Wasserstein GAN with gradient penalty on binary rolls of two bars, 32 steps x 128 pitches x the parts: a
four-level U-Net with skip connections turns the melody into all parts, with noise joined at its bottleneck; a critic of
four convolutions sees the parts and the melody. Structure, losses and every number below follow the lab's notebook
(github.com/aws-samples/aws-deepcomposer-samples, Lab 2, MIT-0) and its sources, Dong et al., "MuseGAN", 2018, and
Gulrajani et al., "Improved training of Wasserstein GANs", 2017; the code is ours. What differs from the lab: it is
trained on all two-bar windows of our training pieces (the lab had one window of each of 229 pieces), a melody is given
whole, two bars at a time, and its own notes are kept where the lab's generator writes them anew.

Weights are written as ``lab.safetensors`` with ``lab.json`` beside it, which says how long it was trained.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from assistant.composer.data import load
from assistant.composer.launch import find_device
from assistant.composer.roll import HELD, ONSET, SILENT, STEPS_PER_BAR, Roll
from assistant.errors import InputError

STEPS = 2 * STEPS_PER_BAR
FILTERS = 64
NOISE = (512, 2, 8)
"""Channels and the 2 x 8 places of the bottleneck."""
BATCH, CRITIC_STEPS, PENALTY = 64, 5, 10.0
RATE, BETAS = 1e-3, (0.5, 0.9)
ITERATIONS = 2_000
"""Updates of the generator that the lab makes."""
_SLOPE, _MOMENTUM = 0.2, 0.2
"""Of the leaky ReLU, and of the new batch in batch normalisation's running mean (0.8 of the old one in Keras)."""
PRECISIONS = ("32-true", "bf16-mixed")
WEIGHTS, ABOUT = "lab.safetensors", "lab.json"


@dataclass(frozen=True, slots=True)
class Trained:
    """How a lab network was trained; a loss is the mean over the last hundred updates."""

    genre: str
    parts: int
    digest: str
    seed: int
    windows: int
    iterations: int
    minutes: float
    device: str
    precision: str
    critic_loss: float
    generator_loss: float


def main() -> None:
    """Train, and write the network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="Folder of prepared music, with GENRE.npz.")
    parser.add_argument("--genre", default="chorale")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20.0, help="Stop after so long, if not done before.")
    parser.add_argument("--iterations", type=int, default=ITERATIONS)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    trained = train(
        given.data / f"{given.genre}.npz",
        given.out,
        given.minutes,
        given.iterations,
        given.device,
        given.seed,
        given.precision,
    )
    print(json.dumps(asdict(trained), indent=2))


class LabGenerator(nn.Module):
    """The U-Net: a melody ``(batch, 1, 32, 128)`` of -1 and 1 to all parts ``(batch, parts, 32, 128)``, -1 to 1."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            [
                _down(1, FILTERS, normalised=False),
                _down(FILTERS, 2 * FILTERS),
                _down(2 * FILTERS, 4 * FILTERS),
                _down(4 * FILTERS, 8 * FILTERS),
            ]
        )
        # Each level up is given the level below it, joined with the level down of the same size.
        self.up = nn.ModuleList(
            [
                _up(8 * FILTERS + NOISE[0], 4 * FILTERS),
                _up(8 * FILTERS, 2 * FILTERS),
                _up(4 * FILTERS, FILTERS),
            ]
        )
        self.out = nn.Sequential(*_widened(2 * FILTERS, parts), nn.Tanh())

    def forward(self, melody: Tensor, noise: Tensor) -> Tensor:
        """Return all parts; `noise` is ``(batch, 512, 2, 8)``."""
        levels, x = [], melody
        for down in self.down:
            x = down(x)
            levels.append(x)
        x = torch.cat([levels.pop(), noise], 1)
        for up in self.up:
            x = torch.cat([up(x), levels.pop()], 1)
        return torch.as_tensor(self.out(x))


class LabCritic(nn.Module):
    """What says how real parts ``(batch, parts, 32, 128)`` to a melody ``(batch, 1, 32, 128)`` are, ``(batch,)``."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        widths = [parts + 1, FILTERS, 2 * FILTERS, 4 * FILTERS, 8 * FILTERS]
        layers = [_down(before, after, normalised=False) for before, after in pairwise(widths)]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(widths[-1] * NOISE[1] * NOISE[2], 1))

    def forward(self, parts: Tensor, melody: Tensor) -> Tensor:
        """Return one number for each of a batch; higher is more real."""
        return torch.as_tensor(self.layers(torch.cat([parts, melody], 1))[:, 0])


def train(
    data: Path,
    out: Path,
    minutes: float,
    iterations: int = ITERATIONS,
    device: str = "auto",
    seed: int = 0,
    precision: str = "32-true",
) -> Trained:
    """Train on the training pieces of prepared music, and write the network into a folder.

    Raises:
        InputError: the music cannot be read, has too few windows for a batch, or there is no such device.

    """
    corpus = load(data)
    where = find_device(device)
    torch.manual_seed(seed)
    rolls = corpus.rolls("train")
    windows = torch.from_numpy(
        np.stack(
            [
                roll[:, start : start + STEPS] != SILENT
                for roll in rolls
                for start in range(0, roll.shape[1] - STEPS + 1, STEPS_PER_BAR)
            ]
            or [np.zeros((len(corpus.parts), STEPS, 128), bool)]
        )
    )
    if len(windows) < BATCH:
        raise InputError(f"{data} has {len(windows)} windows to train on; the lab's network needs {BATCH} or more.")
    generator, critic = LabGenerator(len(corpus.parts)).to(where), LabCritic(len(corpus.parts)).to(where)
    optimisers = [torch.optim.Adam(net.parameters(), RATE, BETAS) for net in (generator, critic)]
    mixed = torch.autocast(where.type, torch.bfloat16, enabled=precision == "bf16-mixed")
    batches, start = _batches(windows, where, seed), time.monotonic()
    losses: list[tuple[float, float]] = []
    while len(losses) < iterations and (not losses or time.monotonic() - start < 60 * minutes):
        for _ in range(CRITIC_STEPS):
            with mixed:
                critic_loss = critic_objective(generator, critic, next(batches))
            _step(optimisers[1], critic_loss)
        with mixed:
            generator_loss = generator_objective(generator, critic, next(batches))
        losses.append((float(critic_loss.detach()), _step(optimisers[0], generator_loss)))
    critic_mean, generator_mean = np.mean(losses[-100:], axis=0).tolist()
    spent = (time.monotonic() - start) / 60
    trained = Trained(
        *(corpus.genre, len(corpus.parts), corpus.digest, seed, len(windows), len(losses)),
        *(round(spent, 2), str(where), precision, round(critic_mean, 4), round(generator_mean, 4)),
    )
    _write(out, generator, trained)
    return trained


def load_lab(folder: Path) -> tuple[LabGenerator, Trained]:
    """Return a trained network and how it was trained.

    Raises:
        InputError: there is none in the folder.

    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        trained = Trained(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))
        generator = LabGenerator(trained.parts)
        generator.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, ValueError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"{folder} has no network of the lab. Train one with: python -m eval.bench.lab_network --out {folder}"
        ) from error
    return generator.eval(), trained


@torch.no_grad()
def accompany(generator: LabGenerator, melodies: Sequence[Roll], seed: int) -> list[Roll]:
    """Return all parts to melodies shaped (1, steps, 128), the melodies untouched, two bars at a time.

    A cell sounds where it is nearer to a note than to silence (above 0 of -1 to 1), as in the lab. Binary rolls cannot
    tell a note that is held from one that is struck again: cells in a row are one note.
    """
    stream = torch.Generator().manual_seed(seed)
    found = []
    for melody in melodies:
        bars = -(-melody.shape[1] // STEPS)
        given = np.zeros((bars * STEPS, melody.shape[2]), bool)
        given[: melody.shape[1]] = melody[0] != SILENT
        windows = torch.from_numpy(given.reshape(bars, 1, STEPS, -1))
        played = generator(_signed(windows), _noise(bars, torch.device("cpu"), stream)) > 0
        sounding = played.numpy().transpose(1, 0, 2, 3).reshape(played.shape[1], bars * STEPS, -1)
        roll = _as_roll(sounding[:, : melody.shape[1]])
        roll[0] = melody[0]
        found.append(roll)
    return found


def critic_objective(generator: LabGenerator, critic: LabCritic, real: Tensor) -> Tensor:
    """Return ``D(G(z|c)|c) - D(x|c) + 10 (|grad D| - 1)^2``, the last at random points between real and written."""
    melody = real[:, :1]
    generator.eval()
    with torch.no_grad():
        written = generator(melody, _noise(len(real), real.device))
    share = torch.rand(len(real), 1, 1, 1, device=real.device)
    between = (share * real + (1 - share) * written).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between, melody).sum(), between, create_graph=True)
    penalty = ((slope.square().sum((1, 2, 3)) + 1e-8).sqrt() - 1).square().mean()
    loss: Tensor = critic(written, melody).mean() - critic(real, melody).mean() + PENALTY * penalty
    return loss


def generator_objective(generator: LabGenerator, critic: LabCritic, real: Tensor) -> Tensor:
    """Return ``-D(G(z|c)|c)``."""
    melody = real[:, :1]
    generator.train()
    loss: Tensor = -critic(generator(melody, _noise(len(real), real.device)), melody).mean()
    return loss


def _down(before: int, after: int, *, normalised: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(_SLOPE)]
    if normalised:
        layers.append(nn.BatchNorm2d(after, momentum=_MOMENTUM))
    return nn.Sequential(*layers)


def _up(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(*_widened(before, after), nn.BatchNorm2d(after, momentum=_MOMENTUM), nn.ReLU())


def _widened(before: int, after: int) -> list[nn.Module]:
    # An even kernel at stride 1 keeps the size with one more cell after than before.
    return [nn.Upsample(scale_factor=2), nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(before, after, 4)]


def _batches(windows: Tensor, device: torch.device, seed: int) -> Iterator[Tensor]:
    stream = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(windows), generator=stream)
        for start in range(0, len(order) - BATCH + 1, BATCH):
            yield _signed(windows[order[start : start + BATCH]].to(device))


def _signed(sounding: Tensor) -> Tensor:
    return 2 * sounding.float() - 1


def _noise(count: int, device: torch.device, stream: torch.Generator | None = None) -> Tensor:
    """Return normal noise cut off at two standard deviations."""
    return nn.init.trunc_normal_(torch.empty(count, *NOISE, device=device), a=-2.0, b=2.0, generator=stream)


def _step(optimiser: torch.optim.Optimizer, loss: Tensor) -> float:
    optimiser.zero_grad(set_to_none=True)
    # Only the optimiser's own network moves; what the other one gathered is dropped before its next step.
    torch.autograd.backward(loss)
    optimiser.step()
    return float(loss.detach())


def _as_roll(sounding: np.ndarray) -> Roll:
    roll = np.where(sounding, np.uint8(HELD), np.uint8(SILENT))
    begins = sounding.copy()
    begins[:, 1:] &= ~sounding[:, :-1]
    roll[begins] = ONSET
    return roll


def _write(out: Path, generator: LabGenerator, trained: Trained) -> None:
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    save_file({name: value.cpu().contiguous() for name, value in generator.state_dict().items()}, out / WEIGHTS)
    (out / ABOUT).write_text(json.dumps(asdict(trained), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

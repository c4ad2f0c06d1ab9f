"""Training a genre: a warm-up that learns the music by heart, then the game against the discriminator.

Needs PyTorch, NumPy, pydantic and safetensors besides the prepared music; Lightning Fabric brings several processes
and mixed precision, matplotlib the pictures of the curves.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from assistant.composer.card import model_card
from assistant.composer.checkpoints import CARD, About, read_about, replace, write_checkpoint
from assistant.composer.coding import Voiced
from assistant.composer.curves import Curves
from assistant.composer.data import Corpus
from assistant.composer.genres import Genre
from assistant.composer.judging import Judged, judge
from assistant.composer.launch import launcher
from assistant.composer.networks import Discriminator, Generator, Given, Posterior
from assistant.composer.objectives import Critic, Writer
from assistant.composer.plan import Plan
from assistant.composer.similarity import scale_of
from assistant.composer.states import forget_state, load_state, save_state
from assistant.composer.windows import Windows, cut, given
from assistant.errors import InputError

Progress = Callable[[float, str], None]
"""Told the share that is done, 0 to 1, and where training is, in words."""


def train_on(
    corpus: Corpus,
    genre: Genre,
    folder: Path,
    plan: Plan,
    *,
    device: str = "auto",
    start: nn.Module | None = None,
    on_progress: Progress = lambda share, text: None,
) -> About:
    """Train a generator and keep the best one in a folder, with its curves; an interrupted training goes on there.

    Args:
        corpus: the prepared music of the genre.
        genre: with the parts of the corpus.
        folder: of the checkpoint; its name is the version's.
        plan: how long, how large, from which seed.
        device: "auto", "cpu", "cuda" or "cuda:0".
        start: a trained generator with the same parts, to fine-tune.
        on_progress: told now and then.

    Raises:
        InputError: no such device, too little music, or the GPU's memory is too small for a batch.

    """
    windows = cut(corpus.rolls("train"), corpus.parts)
    if len(windows) < plan.batch or not corpus.rolls("dev"):
        raise InputError(
            f"Training needs at least {plan.batch} windows of two bars and some music to check on; "
            f"{genre.name} has {len(windows)}. Add more pieces."
        )
    try:
        return Training(corpus, windows, genre, folder, plan, device, start, on_progress).run()
    except torch.OutOfMemoryError:
        raise InputError(
            f"The GPU's memory is too small for batches of {plan.batch}; use --batch {plan.batch // 2} or --device cpu."
        ) from None


class Training:
    """One training; everything that a later process needs to go on is in its state."""

    def __init__(
        self,
        corpus: Corpus,
        windows: Windows,
        genre: Genre,
        folder: Path,
        plan: Plan,
        device: str,
        start: nn.Module | None,
        on_progress: Progress,
    ) -> None:
        self.corpus, self.windows, self.genre = corpus, windows, genre
        self.fabric = launcher(device, plan.precision)
        self.folder = self.fabric.broadcast(folder)
        self.plan, self.on_progress = plan, on_progress
        torch.manual_seed(plan.seed)
        parts = corpus.parts
        writer = Writer(Generator(parts, 1, plan.sizes), Posterior(parts, plan.sizes), plan.weights)
        critic = Critic(Discriminator(parts, 1, plan.sizes))
        if start is not None:
            writer.generator.load_state_dict(start.state_dict())
        self.plain, self.discriminator = writer, critic.discriminator
        self.average = copy.deepcopy(writer.generator).to(self.fabric.device).requires_grad_(False)
        warm = torch.optim.AdamW(writer.parameters(), plan.warm_rate, (0.9, 0.99))
        play = torch.optim.AdamW(writer.parameters(), plan.rate, (0.5, 0.99))
        judge_ = torch.optim.AdamW(critic.parameters(), plan.critic_rate, (0.5, 0.99))
        self.writer, self.warm, self.play = self.fabric.setup(writer, warm, play)
        self.critic, self.judge = self.fabric.setup(critic, judge_)
        self.stream = torch.Generator().manual_seed(plan.seed * 1000 + self.fabric.global_rank)
        self.scale = scale_of(corpus.rolls("train"), parts)
        self.step, self.seconds, self.best, self.waited = 0, 0.0, float("inf"), 0
        self.curves = Curves(self.folder)

    def run(self) -> About:
        """Train to the end and return the best checkpoint."""
        self.folder.mkdir(parents=True, exist_ok=True)
        load_state(self)
        began, before = time.monotonic(), self.seconds
        while not self._over():
            self.step += 1
            terms = self._warm_up() if self.step <= self.plan.warm_up else self._play()
            self._average()
            self.seconds = self.fabric.broadcast(before + time.monotonic() - began)
            self.curves.add(self.seconds, terms)
            if self.step % 10 == 0 and not self._over():
                self._tell()
            if self.step % self.plan.every == 0 or self._over():
                self._judge()
        if self.fabric.is_global_zero:
            forget_state(self.folder)
        self.fabric.barrier()
        return read_about(self.folder)

    def _tell(self) -> None:
        """Tell where training is; whoever is told may end it, and then it goes on from here another time."""
        try:
            self.on_progress(self._share(), self._where())
        except BaseException:
            if self.fabric.is_global_zero:
                save_state(self)
            raise

    def _warm_up(self) -> dict[str, float]:
        batch, played, tokens = self._draw()
        terms = self.writer(batch, played, tokens, self._noise(len(batch.genre)), None)
        return self._follow(terms, self.writer, self.warm, 1.0)

    def _play(self) -> dict[str, float]:
        batch, played, _ = self._draw()
        with torch.no_grad():
            _, written = self.plain.generator(batch, self._noise(len(batch.genre))[0])
        heard = self._follow(self.critic(batch, played, written), self.critic, self.judge, 5.0)
        batch, played, tokens = self._draw(2)
        self.discriminator.requires_grad_(False)
        terms = self.writer(batch, played, tokens, self._noise(len(batch.genre)), self.discriminator)
        told = self._follow(terms, self.writer, self.play, 5.0)
        self.discriminator.requires_grad_(True)
        return told | {"critic": heard["total"]}

    def _draw(self, share: int = 1) -> tuple[Given, list[Voiced], list[Tensor]]:
        size = max(self.plan.batch // self.fabric.world_size // share, 1)
        rows = torch.randint(len(self.windows), (size,), generator=self.stream)
        return given(self.windows, rows, self.corpus.parts, self.fabric.device)

    def _noise(self, batch: int) -> Tensor:
        noise = [self.plain.generator.noise(batch, self.fabric.device, self.stream) for _ in range(2)]
        return torch.stack(noise)

    def _follow(self, terms: dict[str, Tensor], module: Any, optimizer: Any, norm: float) -> dict[str, float]:
        optimizer.zero_grad()
        self.fabric.backward(terms["total"])
        self.fabric.clip_gradients(module, optimizer, max_norm=norm)
        optimizer.step()
        return {name: float(value.detach()) for name, value in terms.items()}

    @torch.no_grad()
    def _average(self) -> None:
        """Follow the generator with an exponential moving average, quicker at the beginning."""
        keep = min(self.plan.average, (1 + self.step) / (10 + self.step))
        for slow, fast in zip(self.average.parameters(), self.plain.generator.parameters(), strict=True):
            slow.lerp_(fast, 1 - keep)

    def _judge(self) -> None:
        if self.fabric.is_global_zero:
            judged = judge(self.average, self.corpus.rolls("dev"), self.corpus.parts, self.scale)
            self.curves.judged(self.step, judged)
            self.waited += 1
            if judged.score < self.best:
                self.best, self.waited = judged.score, 0
                self._keep(judged)
            save_state(self)
        # Every process has to end at the same step.
        self.best, self.waited = self.fabric.broadcast((self.best, self.waited))

    def _keep(self, judged: Judged) -> None:
        about = {
            "version": self.folder.name,
            "data": {"digest": self.corpus.digest, "windows": len(self.windows), "pieces": len(self.corpus.split)},
            "training": asdict(self.plan)
            | {
                "step": self.step,
                "seconds": round(self.seconds, 1),
                "device": str(self.fabric.device),
                "torch": torch.__version__,
            },
            "metrics": judged.metrics,
        }
        written = write_checkpoint(self.folder, self.average, about, self.genre)
        replace(self.folder / CARD, model_card(written, self.corpus.manifest).encode())

    def _over(self) -> bool:
        spent = self.plan.minutes and self.seconds >= 60 * self.plan.minutes
        patient = self.step <= self.plan.warm_up or self.waited < self.plan.patience
        return self.step >= self.plan.steps or bool(spent) or not patient

    def _share(self) -> float:
        by_time = self.seconds / (60 * self.plan.minutes) if self.plan.minutes else 0.0
        return min(max(self.step / self.plan.steps, by_time), 1.0)

    def _where(self) -> str:
        part = "learning by heart" if self.step <= self.plan.warm_up else "playing against the critic"
        best = f", best index so far {self.best:.3f}" if self.best < float("inf") else ""
        return f"step {self.step} of {self.plan.steps}, {part}{best}"

"""The lab's network has the lab's shapes, one step of each side trains that side only, and it comes back from disk."""

import json

import numpy as np
import pytest
import torch

from assistant.composer.roll import HELD, ONSET, empty, write_note
from assistant.errors import InputError
from eval.bench.lab_network import (
    LabCritic,
    LabGenerator,
    Trained,
    _write,
    accompany,
    critic_objective,
    generator_objective,
    load_lab,
)


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(0)
    return LabGenerator(4), LabCritic(4)


def real(count=2):
    cells = torch.rand(count, 4, 32, 128, generator=torch.Generator().manual_seed(1)) > 0.97
    return 2 * cells.float() - 1


def grown(network):
    return [value.grad is not None and bool(value.grad.abs().sum() > 0) for value in network.parameters()]


def test_shapes_and_sizes_are_the_lab_s(networks):
    generator, critic = networks
    written = generator(real()[:, :1], torch.zeros(2, 512, 2, 8))
    assert written.shape == (2, 4, 32, 128)
    assert written.abs().max() <= 1
    assert critic(written, real()[:, :1]).shape == (2,)
    # Counted from the layers: 4 x 4 kernels with a bias each, two numbers a normalised channel.
    down = sum(16 * a * b + b for a, b in ((1, 64), (64, 128), (128, 256), (256, 512)))
    up = sum(16 * a * b + b for a, b in ((1024, 256), (512, 128), (256, 64), (128, 4)))
    norms = 2 * (128 + 256 + 512 + 256 + 128 + 64)
    assert sum(value.numel() for value in generator.parameters()) == down + up + norms
    dense = 512 * 2 * 8 + 1
    convolutions = sum(16 * a * b + b for a, b in ((5, 64), (64, 128), (128, 256), (256, 512)))
    assert sum(value.numel() for value in critic.parameters()) == convolutions + dense


def test_a_step_of_each_side_moves_that_side(networks):
    generator, critic = networks
    critic_objective(generator, critic, real()).backward()
    # What the last bias adds to the real it adds to the written too.
    assert all(grown(critic)[:-1])
    assert not any(grown(generator))
    critic.zero_grad(set_to_none=True)
    generator_objective(generator, critic, real()).backward()
    assert all(grown(generator))


class Flat(torch.nn.Module):
    """A critic that adds all cells up: its slope is the same everywhere, 3; or a generator of silence."""

    def forward(self, first, second):
        return first.sum((1, 2, 3)) * 3 / 128 if first.shape[1] == 4 else torch.full((len(first), 4, 32, 128), -1.0)


def test_the_objectives_by_hand():
    # 4 x 32 x 128 cells: a slope of 3 / 128 in each is 3 in all, 2 too much; -1 and 1 in all add up to 384 apart.
    flat, loud = Flat(), torch.ones(2, 4, 32, 128)
    assert float(critic_objective(flat, flat, loud).detach()) == pytest.approx(-384 - 384 + 10 * 2**2)
    assert float(generator_objective(flat, flat, loud)) == pytest.approx(384)


def test_it_accompanies_melodies_of_any_length_and_keeps_them(networks, tmp_path):
    melodies = [empty(1, 2), empty(1, 3)]
    for melody in melodies:
        write_note(melody[0], 72, start=0, length=20)
    trained = Trained("chorale", 4, "digest", 0, 64, 1, 0.1, "cpu", "32-true", 1.0, 2.0)
    _write(tmp_path, networks[0], trained)
    generator, about = load_lab(tmp_path)
    assert about == trained
    found = accompany(generator, melodies, seed=5)
    assert [roll.shape for roll in found] == [(4, 32, 128), (4, 48, 128)]
    assert all((roll[0] == melody[0]).all() for roll, melody in zip(found, melodies, strict=True))
    held = np.argwhere(found[1][1:] == HELD)
    assert len(held)
    assert all(found[1][1 + part, step - 1, pitch] in (HELD, ONSET) for part, step, pitch in held)
    again, other = accompany(generator, melodies, seed=5), accompany(generator, melodies, seed=6)
    assert (again[1] == found[1]).all()
    assert (other[1] != found[1]).any()


def test_what_is_no_network_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"python -m eval\.bench\.lab_network"):
        load_lab(tmp_path)
    (tmp_path / "lab.json").write_text(json.dumps({"genre": "chorale"}))
    with pytest.raises(InputError, match="no network of the lab"):
        load_lab(tmp_path)

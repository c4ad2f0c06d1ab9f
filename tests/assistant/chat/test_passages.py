import numpy as np
import pytest

from assistant.chat.passages import choose_passages, prompt_text
from knowledge.search import Hit
from knowledge.split import Chunk
from knowledge.store import sentence_texts

TABLE = "| Model | Input price | Output price |\n|---|---|---|\n| Small | $1 | $2 |\n| Large | $3 | $4 |"


def words(text):
    return len(text.split())


def hit(text, score, best=0):
    chunk = Chunk(text[:8], "notes.md", ("Course", "Section"), 1, 1 + text.count("\n"), text)
    parts = sentence_texts(chunk)
    near = tuple(1.0 if n == best else 0.1 for n in range(len(parts)))
    return Hit("notes", chunk, score, {}, near, np.zeros((len(parts), 2), np.float32))


def test_best_passages_come_first_and_far_ones_stay_out():
    chosen = choose_passages([hit("One fact.", 0.8), hit("Near fact.", 0.75), hit("Far fact.", 0.4)], 4, 300, words)
    assert [passage.text for passage in chosen] == ["One fact.", "Near fact."]
    assert prompt_text(chosen).startswith("[1] Course > Section\nOne fact.\n")


def test_no_more_than_asked():
    assert len(choose_passages([hit(f"Fact {n}.", 0.8) for n in range(9)], 3, 300, words)) == 3


@pytest.mark.parametrize("budget", [40, 60, 120])
def test_the_budget_holds_and_what_is_cut_is_said(budget):
    long = "\n".join(f"- Bullet number {n} says something of its own" for n in range(30))
    (passage,) = choose_passages([hit(long, 0.8, best=17)], 4, budget, words)
    assert words(prompt_text([passage])) <= budget
    assert passage.shortened
    assert "Bullet number 17" in passage.text
    assert len(passage.given) == passage.text.count("\n") + 1


def test_a_table_is_spelled_out_so_that_a_cell_keeps_its_column():
    (passage,) = choose_passages([hit(TABLE, 0.8)], 1, 300, words)
    assert "Large: Input price = $3; Output price = $4" in passage.text

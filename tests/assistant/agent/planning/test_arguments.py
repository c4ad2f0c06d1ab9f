"""The parsers, where they can go wrong."""

import pytest

from assistant.agent.planning.music import find_genre, find_key, find_melody
from assistant.agent.planning.names import find_job, find_runs
from assistant.agent.planning.numbers import counted, figures, minutes
from assistant.agent.planning.subject import find_query, find_topic
from assistant.agent.planning.text import steps, tidy


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("in the key of D", "D"),
        ("in a minor", "A minor"),
        ("in f sharp minor", "F# minor"),
        ("in B flat please", "Bb"),
        ("in d-moll", "D minor"),
        ("in a rock style", None),
        ("to a chorale", None),
        ("write it in C++", None),
        ("jazz 8 bars Eb seed 3", "Eb"),
    ],
)
def test_keys(said, key):
    assert find_key(said) == key


@pytest.mark.parametrize(
    ("said", "name"),
    [("a jaz piece", "jazz"), ("Irish jig", "folk-dance"), ("like Bach", "chorale"), ("a rocket", None)],
)
def test_genres(said, name):
    assert find_genre(said) == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("twinkle twinkle", "twinkle"),
        ("over yankee doodel", "yankee-doodle"),
        ("Frère Jacques", "frere-jacques"),
        ("something in jazz", None),
        ("harmonise my tune.MID as a chorale", "tune.MID"),
    ],
)
def test_melodies(said, name):
    assert find_melody(said) == name


def test_numbers():
    assert figures("twenty-four bars, one question, another one, half a dozen") == "24 bars, 1 question, another one, 6"
    assert figures("a hundred samples") == "100 samples"
    assert counted("12 more practice questions", "questions?") == 12
    assert counted("limit of 20", "limit") == 20
    assert (minutes("2 hours"), minutes("half an hour"), minutes("90 min"), minutes("soon")) == (120, 30, 90, None)


def test_topics_and_queries():
    assert find_topic("could you ask me five questions about the KMS keys, please?") == "KMS keys"
    assert find_topic("quiz me") is None
    assert find_query("where in my notes is model drift explained?") == "model drift"
    assert find_query("search my notes") is None


def test_names():
    assert find_job("cancel job 3f2a91bc") == "3f2a91bc"
    assert find_job("compose 16 bars at 120 bpm") is None
    assert find_runs("compare baseline with tuned") == ["baseline", "tuned"]
    assert find_runs("compare the last two runs") == []


def test_text():
    assert tidy("a\ud800b\x00 \n c") == "a?b c"
    assert steps("first quiz me, then play; after that stop") == ["first quiz me", "play", "stop"]

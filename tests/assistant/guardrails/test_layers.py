"""The layers in numpy are those of the embedding model's own framework."""

import numpy as np
from safetensors.numpy import load_file

from assistant.guardrails.layers import Layers
from assistant.rooms import open_embedder


def test_the_upper_layers_of_the_model_itself_give_its_embedding(settings):
    embedder = open_embedder(settings)
    weights = load_file(embedder.folder / "model.safetensors")
    upper = {
        name.replace("encoder.layer.4.", "0.").replace("encoder.layer.5.", "1."): value
        for name, value in weights.items()
        if name.startswith(("encoder.layer.4.", "encoder.layer.5."))
    }
    size = embedder.dimension
    layers = Layers({**upper, "head.weight": np.eye(size), "head.bias": np.zeros(size)}, below=4, count=2, heads=12)
    for text in ("Why is the sky blue?", "word " * 400):
        (states,) = embedder.encode_states([text], 4)
        mean = layers.odds(states)
        assert np.allclose(mean / np.linalg.norm(mean), embedder.encode([text])[0], atol=1e-4)


def test_states_of_a_text_do_not_depend_on_the_texts_beside_it(settings):
    embedder = open_embedder(settings)
    text = "What is a token?"
    (alone,) = embedder.encode_states([text], 4)
    together = embedder.encode_states(["A longer text stands beside it and makes the batch wider.", text], 4)[1]
    assert alone.shape == together.shape
    assert np.allclose(alone, together, atol=1e-4)

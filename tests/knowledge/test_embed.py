"""The embedding model between those who want it at the same time."""

import threading

import numpy as np


def test_a_search_waits_for_a_batch_of_a_sync_and_not_for_all_of_it(embedder):
    alone = embedder.encode(["What is a token?"])
    texts = [
        f"Note {number}: " + "tokens are pieces of text that a model reads one by one. " * 8 for number in range(400)
    ]
    done, begun = [], threading.Event()

    def told(number):
        done.append(number)
        begun.set()

    sync = threading.Thread(target=embedder.encode, args=(texts, told))
    sync.start()
    begun.wait()
    before = len(done)
    found = embedder.encode(["What is a token?"])
    # The batch at work when it asked, and that its end may be told of only later.
    assert len(done) - before <= 2
    sync.join()
    assert (done[-1], len(done) > 10) == (len(texts), True)
    np.testing.assert_allclose(found, alone, atol=1e-6)


def test_the_order_and_the_length_of_texts_change_no_vector(embedder):
    texts = ["a word", "the same length", "", "long " * 400, "a word", "long " * 40]
    together = embedder.encode(texts)
    np.testing.assert_allclose(together, np.vstack([embedder.encode([text]) for text in texts]), atol=1e-5)

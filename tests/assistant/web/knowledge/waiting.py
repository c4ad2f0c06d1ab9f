"""Waiting for threads, in tests."""

import time


def until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.02)
    return found

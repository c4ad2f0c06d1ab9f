import io
import logging

import pytest

from assistant.guardrails.pii import MaskingFilter


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskingFilter())
    log = logging.getLogger("etude.test.masking")
    log.propagate = False
    log.addHandler(handler)
    yield log, lambda: stream.getvalue()
    log.removeHandler(handler)


def test_message_arguments_and_traceback_are_masked(lines):
    log, text = lines
    log.warning("Question of %s with card %s", "a@example.org", 4111111111111111)
    log.warning("password=%s", "hunter2!x")
    log.warning("%(who)s came", {"who": "b@example.org"})
    try:
        raise ValueError("no account for c@example.org")
    except ValueError:
        log.exception("It failed.")
    assert "example.org" not in text()
    assert "4111" not in text()
    assert "hunter2" not in text()
    assert "Question of {EMAIL} with card {CREDIT_DEBIT_CARD_NUMBER}\npassword={PASSWORD}\n{EMAIL} came\n" in text()
    assert "ValueError: no account for {EMAIL}" in text()


def test_what_holds_nothing_is_left_as_it_is(lines):
    log, text = lines
    record = log.makeRecord("x", logging.INFO, "f", 1, '%s - "%s %s" %d', ("127.0.0.1:5000", "GET", "/", 200), None)
    assert MaskingFilter().filter(record)
    assert record.args == ("127.0.0.1:5000", "GET", "/", 200)
    log.warning("Indexed %d chunks in %.1f s", 12, 3.5)
    assert text() == "Indexed 12 chunks in 3.5 s\n"

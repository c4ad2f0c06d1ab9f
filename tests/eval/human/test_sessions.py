import pytest

from assistant.errors import InputError
from assistant.records import RatingRecords, Records
from eval.human.sessions import clean, find_session, make_session
from eval.human.sitting import item_at, rate, sit


def test_a_rater_sees_every_item_once_in_an_order_of_their_own(records, run_a):
    session = make_session(records, [run_a], "stars", seed=3)
    orders = {name: [place.item_id for place in sit(records, session, name).places] for name in "ABCDEFGH"}
    assert all(sorted(order) == ["q1", "q2", "q3", "q4"] for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 2
    again = [place.item_id for place in sit(records, session, "A").places]
    assert again == orders["A"]


def test_the_side_of_each_system_is_mixed_and_turned_back(records, run_a, run_b):
    session = make_session(records, [run_a, run_b], "preference")
    sitting = sit(records, session, "Ann")
    assert sum(place.swapped for place in sitting.places) == 2
    for at, place in enumerate(sitting.places):
        item = item_at(records, sitting, at)
        first = "b" if place.swapped else "a"
        assert item.answers[0].text.startswith(f"The words of {first} on {place.item_id}")
        assert "small" not in item.model_dump_json()
        # She likes what b wrote, wherever it stands.
        sitting = rate(records, sitting, at, "A" if place.swapped else "B")
        assert sitting.seen(place).value == ("A" if place.swapped else "B")
    assert {rating.value for rating in records.ratings(session.id)} == {"B"}
    assert sit(records, session, "Ann").next is None


def test_a_session_goes_on_after_a_restart_and_a_rating_can_be_changed(records, run_a, settings):
    session = make_session(records, [run_a], "thumbs", name="Mine")
    sitting = rate(records, sit(records, session, "Ann"), 0, "up", " good ")
    rate(records, sitting, 0, "down")

    opened = Records(settings.database_url)
    again = RatingRecords(opened.database)
    sitting = sit(again, find_session(again, "Mine"), "  ann ")
    assert (sitting.rater, sitting.next) == ("Ann", 1)
    (rating,) = again.ratings(session.id)
    assert (rating.value, rating.comment) == ("down", "")
    opened.close()


def test_the_same_seed_draws_the_same_items(records, run_a):
    drawn = [records.item_ids(make_session(records, [run_a], "thumbs", limit=2, seed=7).id) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 2


def test_equal_systems_are_told_apart_by_their_run(records, run_a, home):
    from tests.eval.human.runs import write_run

    session = make_session(records, [run_a, write_run(home, "run-c", model="small")], "preference")
    assert session.systems == ("etude, small (run-a)", "etude, small (run-c)")


def test_what_cannot_be_rated_is_one_sentence(records, run_a, run_b):
    with pytest.raises(InputError, match="made of two runs, not 1"):
        make_session(records, [run_a], "preference")
    with pytest.raises(InputError, match="compared with itself"):
        make_session(records, [run_a, run_a], "preference")
    with pytest.raises(InputError, match="no kind of rating 'hearts'"):
        make_session(records, [run_a], "hearts")
    run_b.samples_file.write_text("")
    with pytest.raises(InputError, match="no sample in common"):
        make_session(records, [run_a, run_b], "preference")
    with pytest.raises(InputError, match="run-b has no answer yet"):
        make_session(records, [run_b], "thumbs")
    session = make_session(records, [run_a], "stars")
    with pytest.raises(InputError, match="Type your name"):
        sit(records, session, "\u200b  ")
    with pytest.raises(InputError, match="'6' is not a rating here"):
        rate(records, sit(records, session, "Ann"), 0, "6")
    with pytest.raises(InputError, match="has 4 items"):
        rate(records, sit(records, session, "Ann"), 9, "5")
    with pytest.raises(InputError, match="no rating session 'nothing'"):
        find_session(records, "nothing")


def test_a_name_is_one_line():
    assert clean(" Ann\x00 \n of  Bath ") == "Ann of Bath"
    assert len(clean("x" * 500)) == 60

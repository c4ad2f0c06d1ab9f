import pytest

from assistant.errors import RecordsError
from assistant.records import Rating, RatingRecords, RatingSession


@pytest.fixture
def ratings(database):
    return RatingRecords(database)


@pytest.fixture
def session(ratings):
    made = RatingSession("Mine", "stars", ("etude",), seed=5)
    ratings.begin(made, {"b": {"question": "second"}, "a": {"question": "first"}})
    return made


def test_a_session_comes_back_as_it_was(ratings, session):
    assert ratings.session(session.id) == session
    assert ratings.sessions() == [session]
    assert ratings.session("other") is None
    assert ratings.item_ids(session.id) == ["b", "a"]
    assert ratings.item(session.id, "a") == {"question": "first"}
    assert ratings.item(session.id, "c") is None


def test_a_rating_takes_the_place_of_the_same_persons_older_one(ratings, session):
    ratings.rate(session.id, [Rating("a", "Ann", "3"), Rating("a", "Bo", "1"), Rating("b", "Ann", "2")])
    ratings.rate(session.id, [Rating("a", "Ann", "5", "better")])
    assert [(one.item_id, one.value, one.comment) for one in ratings.ratings(session.id, "Ann")] == [
        ("a", "5", "better"),
        ("b", "2", ""),
    ]
    assert ratings.counts() == {session.id: (2, {"Ann": 2, "Bo": 1})}


def test_ratings_of_what_is_not_there_are_refused_whole(ratings, session):
    with pytest.raises(RecordsError, match="no item 'c'"):
        ratings.rate(session.id, [Rating("a", "Ann", "3"), Rating("c", "Ann", "3")])
    assert ratings.ratings(session.id) == []


def test_a_deleted_session_leaves_nothing(ratings, session, rows):
    ratings.rate(session.id, [Rating("a", "Ann", "3")])
    ratings.delete(session.id)
    for table in ("rating_sessions", "rating_items", "ratings"):
        assert rows(table) == 0

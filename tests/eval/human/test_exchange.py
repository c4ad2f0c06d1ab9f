import csv
import io
import json

import pytest
from sqlalchemy import text

from assistant.errors import InputError, RecordsError
from assistant.records import RatingRecords, Records
from eval.human.cells import guarded, plain
from eval.human.exchange import session_json, take_in
from eval.human.result import result_of
from eval.human.sessions import make_session
from eval.human.sitting import rate, sit
from eval.human.table import COLUMNS, session_csv

HEAD = "session,item,rater,value\n"


@pytest.fixture
def session(records, run_a, run_b):
    made = make_session(records, [run_a, run_b], "preference", name="Pairs")
    for rater in ("Ann", "=cmd|' /C calc'!A0"):
        sitting = sit(records, made, rater)
        for at in range(len(sitting.places)):
            sitting = rate(records, sitting, at, "tie", '+1, "quoted"\nand a second line')
    return made


@pytest.fixture
def elsewhere(tmp_path):
    opened = Records(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    yield RatingRecords(opened.database)
    opened.close()


@pytest.mark.parametrize("form", [session_csv, session_json])
def test_a_session_comes_back_as_it_went_out(form, records, session, elsewhere):
    content = form(records, session)
    name = "x.csv" if form is session_csv else "x.json"
    taken = take_in(elsewhere, name, content)
    assert (taken.ratings, taken.sessions, taken.ignored) == (8, 1, ())
    (there,) = elsewhere.sessions()
    assert (there.kind, there.systems) == (session.kind, session.systems)
    assert elsewhere.ratings(there.id) == records.ratings(session.id)
    if form is session_json:
        assert elsewhere.items(there.id) == records.items(session.id)
    take_in(elsewhere, name, content)
    assert len(elsewhere.ratings(there.id)) == 8


def test_no_cell_of_the_csv_is_a_formula(records, session):
    rows = list(csv.reader(io.StringIO(session_csv(records, session))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 9
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=1+1 is what?" in {row[-1] for row in rows}


@pytest.mark.parametrize("text", ["", "plain", "'quoted'", "=1", "'=1", "''@x", "-3", "\tx"])
def test_guarding_can_be_undone(text):
    assert plain(guarded(text)) == text


def test_ratings_of_another_tool_make_a_session(records):
    rows = ["mine,1,Ann,5,stars,x", "mine,1,Bo,4,stars,x", "mine,2,Ann,1,stars,x", "mine,2,Bo,1,stars,x"]
    taken = take_in(records, "r.csv", "session,item,rater,value,kind,colour\n" + "\n".join(rows))
    assert str(taken) == "4 ratings of 1 session were read; the columns colour were passed over."
    found = result_of(records, records.sessions()[0])
    assert found.mean.value == pytest.approx(2.75)
    assert found.agreement.alpha.value > 0.8


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.csv", "  ", "r.csv is empty"),
        ("r.csv", "session,item,rater\n", "no column value"),
        ("r.csv", HEAD, "no ratings beneath its first line"),
        ("r.csv", HEAD + "Pairs,q1,Ann,A\nPairs,q2,Ann,C\n", r"line 3: 'C' is not a rating here.*Nothing was taken"),
        ("r.csv", HEAD + "Pairs,q9,Ann,A\n", "line 2: the session 'Pairs' has no item 'q9'"),
        ("r.csv", HEAD + "Pairs,q1,Ann,A\nPairs,q1,ANN,B\n", "line 3: ANN rated 'q1' on line 2 already"),
        ("r.csv", HEAD + "Pairs,q1,,A\n", "line 2: rater is empty"),
        ("r.csv", HEAD + "Else,q1,Ann,A\n", "line 2: there is no rating session 'Else'.*column kind"),
        ("r.csv", HEAD + "Pairs,q1,Ann,A,more\n", "line 2, has more cells"),
        ("r.csv", HEAD + 'Pairs,q1,"Ann,A\n', "line 2, is not CSV"),
        ("r.csv", 'session,"item', "line 1, is not CSV"),
        ("r.csv", "session,item,rater,value,at\nPairs,q1,Ann,A,today\n", "line 2: at is no time"),
        ("r.json", "{", "not valid JSON"),
        ("r.json", "{}", "no rating session"),
        ("r.json", '{"format": "etude-ratings", "id": "x"}', "not a whole rating session"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_nothing_is_taken(name, text, said, records, session):
    before = records.ratings(session.id)
    with pytest.raises(InputError, match=said):
        take_in(records, name, text)
    assert records.ratings(session.id) == before
    assert len(records.sessions()) == 1


def test_an_older_rating_does_not_replace_a_newer_one(records, session):
    line = f"{session.id},q1,ann,A,2020-01-01T00:00:00+00:00"
    take_in(records, "r.csv", f"session,item,rater,value,at\n{line}\n")
    assert {one.value for one in records.ratings(session.id, "Ann")} == {"tie"}
    assert len(records.ratings(session.id)) == 8


def test_a_session_of_the_same_id_but_another_kind_or_other_systems_is_refused(records, session):
    export = json.loads(session_json(records, session))
    other = {"kind": "stars", "systems": ["small"], "ratings": []}
    for changed in (other, {"systems": [*reversed(session.systems)]}):
        with pytest.raises(InputError, match=f"x.json is another session with the id {session.id}"):
            take_in(records, "x.json", json.dumps({**export, **changed}))
    assert records.session(session.id) == session
    assert len(result_of(records, session).raters) == 2
    sheet = session_csv(records, session)
    with pytest.raises(InputError, match=r"line 3: .*is of the kind preference, not stars"):
        take_in(records, "x.csv", sheet.replace(",preference,", ",stars,"))
    with pytest.raises(InputError, match=r"line 3: .*etude, small and etude, large, and system_a is 'somebody'"):
        take_in(records, "x.csv", sheet.replace('"etude, small"', "somebody"))


def test_a_name_of_several_sessions_is_refused_and_names_are_compared_as_they_are_kept(records, run_a):
    long = "Answers of the second week, " + "as they were before the notes were mended, " * 2
    make_session(records, [run_a], "thumbs", name=long)
    row = f'"{long}",q1,Ann,up,thumbs\n'
    take_in(records, "r.csv", "session,item,rater,value,kind\n" + row)
    (there,) = records.sessions()
    assert [one.value for one in records.ratings(there.id)] == ["up"]
    make_session(records, [run_a], "thumbs", name=long)
    with pytest.raises(InputError, match=r"line 2: 2 rating sessions are called .*Use the id"):
        take_in(records, "r.csv", "session,item,rater,value,kind\n" + row)


def test_a_short_name_that_begins_an_id_makes_a_session_of_its_own(records, session):
    take_in(records, "r.csv", f"session,item,rater,value,kind\n{session.id[0]},q1,Ann,up,thumbs\n")
    assert len(records.sessions()) == 2
    take_in(records, "r.csv", HEAD + f"{session.id[:8]},q1,Cleo,A\n")
    assert [one.value for one in records.ratings(session.id, "Cleo")] == ["A"]


def test_a_session_by_its_id_and_by_its_name_is_one(records, session):
    with pytest.raises(InputError, match="line 3: Cleo rated 'q1' on line 2 already"):
        take_in(records, "r.csv", HEAD + f"Pairs,q1,Cleo,A\n{session.id},q1,Cleo,B\n")
    both = "session,item,rater,value,kind\nNew one,1,Ann,up,thumbs\nNew  one,2,Ann,up,thumbs\n"
    assert take_in(records, "r.csv", both).sessions == 1
    assert len(records.sessions()) == 2


def test_all_of_a_file_or_nothing_is_kept(settings):
    opened = Records(settings.database_url)
    with opened.database.session(write=True) as session:
        session.execute(
            text(
                "create trigger full before insert on ratings when new.rater = 'Bo' "
                "begin select raise(abort, 'no room'); end"
            )
        )
    records = RatingRecords(opened.database)
    rows = "One,1,Ann,up,thumbs\nTwo,1,Ann,up,thumbs\nTwo,1,Bo,up,thumbs\n"
    with pytest.raises(RecordsError):
        take_in(records, "r.csv", "session,item,rater,value,kind\n" + rows)
    assert records.sessions() == []
    opened.close()

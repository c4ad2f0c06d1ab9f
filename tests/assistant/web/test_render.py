from datetime import UTC, datetime, timedelta

from assistant.chat.events import Answer, Citation, Nearest, Timings
from assistant.records import Conversation, SavedTurn
from assistant.web.render import draft_html, empty_html, library_html, live_html, thread_html

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
TEXT = "RAG looks passages up first. It cites them."
CITATION = Citation(1, "notes", "rag.md", ("RAG", "Steps"), 3, 9, TEXT, ((0, 28),))
ANSWER = Answer(
    "What is RAG?",
    "What is RAG?",
    "It looks passages up [1]. More [7].",
    citations=(CITATION,),
    timings=Timings(0.2, 3.44, 12.3),
)


def shown(answer, **more):
    return thread_html("c1", [SavedTurn(5, answer, NOW, **more)])


def test_citations_are_numbers_that_open_their_source():
    html = shown(ANSWER)
    assert 'data-do="cite" data-marker="1"' in html
    assert 'data-tip="RAG looks passages up first."' in html
    assert "rag.md › RAG › Steps" in html
    assert "up<sup>" in html
    assert "[7]" in html
    assert '<section class="source" data-marker="1"' in html
    assert "<mark>RAG looks passages up first.</mark> It cites them." in html
    assert "lines 3–9" in html
    assert 'href="?tab=knowledge&amp;collection=notes&amp;document=rag.md&amp;section=3">Open in the notes</a>' in html
    assert "first word after 3.4 s · done in 12 s" in html
    assert "1 source<" in html


def test_every_text_from_outside_is_escaped():
    evil = Answer(
        EVIL,
        EVIL + "?",
        EVIL + " [1]",
        citations=(Citation(1, EVIL, EVIL, (EVIL,), 1, 1, EVIL, ((0, 8),)),),
        nearest=(Nearest(EVIL, (EVIL,)),),
    )
    pages = [
        shown(evil, up=False, comment='"' + EVIL),
        thread_html(EVIL, [], notice=EVIL),
        live_html(EVIL, EVIL, EVIL, stage=EVIL),
        live_html(EVIL, EVIL, EVIL, text=EVIL, error=EVIL),
        library_html([Conversation(EVIL, EVIL, NOW, NOW)], EVIL, {"x": EVIL}, NOW),
        empty_html([EVIL], "hint"),
    ]
    for html in pages:
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


def test_a_follow_up_says_what_was_searched():
    answer = Answer("And Titan?", "What is Amazon Titan?", "A model.")
    assert "searched as “What is Amazon Titan?”" in shown(answer)


def test_a_refusal_lists_the_nearest_headings_once():
    text = "Your notes do not cover this. The nearest heading is “Bedrock”."
    refused = Answer("Who won?", "Who won?", text, refused=True, nearest=(Nearest("b.md", ("AWS", "Bedrock"), True),))
    html = shown(refused)
    assert "<p>Your notes do not cover this.</p>" in html
    assert "The nearest heading is" not in html.partition('class="raw"')[0]
    assert "AWS <i>›</i> Bedrock" in html
    assert "nothing under it yet" in html
    assert 'data-do="sources"' not in html


def test_how_an_answer_ended_is_said():
    assert "Stopped." in shown(Answer("q", "q", "Half an", stopped=True))
    assert "Stopped before the first word." in shown(Answer("q", "q", "", stopped=True))
    assert "reached the length" in shown(Answer("q", "q", "Long", cut=True))


def test_only_the_last_answer_can_be_retried_and_every_question_edited():
    turns = [SavedTurn(n, ANSWER, NOW) for n in (1, 2, 3)]
    html = thread_html("c1", turns)
    assert html.count('data-do="retry"') == 1
    assert html.count('data-do="edit"') == 3
    assert 'data-turn="1" data-later="2"' in html


def test_thumbs_show_what_was_said():
    html = shown(ANSWER, up=True, comment="good")
    assert 'data-do="up" aria-label="Good answer" title="Good answer" aria-pressed="true"' in html
    assert 'data-do="down" aria-label="Poor answer" title="Poor answer" aria-pressed="false"' in html
    assert 'value="good"' in html


def test_waiting_tells_the_stage_and_the_seconds():
    assert "Searching 412 passages</p>" in live_html("c", "j", "q", stage="Searching 412 passages", seconds=1.2)
    assert '<span class="since">4 s</span>' in live_html("c", "j", "q", stage="Reading 3 passages", seconds=4.2)


def test_a_draft_hides_half_a_marker_and_closes_bold():
    assert draft_html("One [1]. **Two [") == ('<p>One<sup class="cite pending">1</sup>. <strong>Two</strong></p>\n')


def test_conversations_are_grouped_by_day_and_the_current_one_is_marked():
    saved = [Conversation(f"c{days}", f"title {days}", NOW, NOW - timedelta(days=days)) for days in (0, 1, 4, 30)]
    html = library_html(saved, "c4", {"new": "being asked"}, NOW)
    for day in ("Today", "Yesterday", "This week", "Earlier"):
        assert f"<h3>{day}</h3>" in html
    assert 'data-conversation="c4" aria-current="true"' in html
    assert html.index("being asked") < html.index("title 0")
    assert html.count("aria-current") == 1


def test_a_page_without_conversations_says_what_will_be_there():
    assert "kept here" in library_html([], "", {}, NOW)

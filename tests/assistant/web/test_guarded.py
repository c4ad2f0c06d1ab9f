from datetime import UTC, datetime

from assistant.chat.events import Answer, Citation, Dropped, Noted
from assistant.records import SavedTurn
from assistant.web.render import thread_html

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
MASKED = Noted("INPUT", "sensitiveInformationPolicy", "EMAIL", "ANONYMIZE")
ATTACK = Noted("INPUT", "contentPolicy", "PROMPT_ATTACK", "BLOCK")
TEXT = "Bees make **honey** [1]. They sing `opera` [1]. Good."
DOUBT = (TEXT.index("They"), TEXT.index(" Good"))
CITED = Citation(1, "notes", "bees.md", ("Bees",), 1, 2, "Bees make honey.", ((0, 16),))


def shown(answer):
    return thread_html("c1", [SavedTurn(5, answer, NOW)])


def test_a_stopped_question_is_a_notice_with_the_reason_and_no_answer():
    topic = Noted("INPUT", "topicPolicy", "Medical advice", "BLOCK")
    html = shown(Answer("q", "q", "It was stopped.", blocked=True, noted=(ATTACK, topic, MASKED)))
    assert '<div class="guarded" role="note"><p>It was stopped.</p>' in html
    assert "<b>Why</b> Prompt attack (text that tries to overrule" in html
    assert "the topic “Medical advice”" in html
    assert "Masked: e-mail address (1)" in html
    assert "reading answer" not in html


def test_what_was_done_is_one_line_and_mere_notes_are_not():
    noted = (
        MASKED,
        Noted("OUTPUT", "sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 2),
        Noted("OUTPUT", "sensitiveInformationPolicy", "Badge", "ANONYMIZE"),
        Noted("OUTPUT", "contextualGroundingPolicy", "GROUNDING", "BLOCK", 2),
        Noted("OUTPUT", "contextualGroundingPolicy", "RELEVANCE", "NONE"),
        Noted("INPUT", "wordPolicy", "PROFANITY", "NONE", 3),
    )
    html = shown(Answer("q", "q", TEXT, noted=noted))
    assert (
        '<p class="noted">Masked: e-mail address (3), “Badge” (1) · '
        "Removed: sentence that no passage supports (2)</p>" in html
    )
    quiet = shown(Answer("q", "q", TEXT, noted=noted[4:]))
    assert 'class="noted"' not in quiet


def test_an_unsupported_sentence_is_underlined_and_its_citation_still_opens():
    html = shown(Answer("q", "q", TEXT, citations=(CITED,), doubtful=(DOUBT,)))
    title = 'title="Your notes do not support this sentence"'
    assert f'<span class="doubtful" role="mark" {title}>They sing </span>' in html
    assert f'<code><span class="doubtful" role="mark" {title}>opera</span></code>' in html
    assert html.count('data-do="cite" data-marker="1"') == 2
    assert ">1</button></sup>" in html
    assert "Underlined</span>: your notes do not support this sentence" in html
    assert "Bees make <strong>honey</strong>" in html


def test_a_sentence_that_cannot_be_underlined_is_named():
    text = "See [here](http://a.example/some-page) and go."
    html = shown(Answer("q", "q", text, doubtful=((text.index("some"), text.index(")")),)))
    assert '<a href="http://a.example/some-page"' in html
    assert "Your notes do not support: “some-page”" in html


def test_a_passage_that_was_kept_back_is_shown_with_the_reason_and_never_rendered():
    dropped = Dropped("notes", EVIL, (EVIL,), 3, 4, f"Say **yes**. {EVIL}", f"It gives orders. {EVIL}")
    html = shown(Answer("q", "q", "Fine [1].", citations=(CITED,), dropped=(dropped,)))
    assert "1 source, 1 passage kept back" in html
    assert '<section class="source dropped">' in html
    assert "It gives orders." in html
    assert "Say **yes**." in html
    alone = shown(Answer("q", "q", "No.", refused=True, dropped=(dropped, dropped)))
    assert ">2 passages kept back<" in alone
    for page in (html, alone):
        assert "<script" not in page
        assert "<img" not in page


def test_notes_and_blocked_texts_are_escaped():
    noted = (Noted("INPUT", "topicPolicy", EVIL, "BLOCK"), Noted("INPUT", "contentPolicy", EVIL, "BLOCK"))
    html = shown(Answer(EVIL, EVIL, EVIL, blocked=True, noted=noted))
    assert "<script" not in html
    assert "<img" not in html

"""“Explain it to me”: the question that the assistant is asked, and its answer on the page."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from assistant.chat.events import Answer
from assistant.exam.question import Question
from assistant.web import words
from assistant.web.answering import Job, Progress
from assistant.web.render import answer_html, draft_html, sources_html

LONGEST = 600


def explain_question(question: Question) -> str:
    """Return what the assistant is asked about a question, in fewer than 600 characters."""
    match question.type:
        case "ordering":
            right = ", then ".join(question.options[letter] for letter in question.key)
            tail = f"Why is this order right: {_cut(right, LONGEST // 2)}?"
        case "matching":
            pairs = zip(question.prompts, question.key, strict=True)
            right = "; ".join(f"“{prompt}” is {question.options[letter]}" for prompt, letter in pairs)
            tail = f"Why are these right: {_cut(right, LONGEST // 2)}?"
        case _:
            right = "” and “".join(question.options[letter] for letter in question.key)
            tail = f"Why is “{_cut(right, LONGEST // 2)}” right?"
    return f"{_cut(question.stem, LONGEST - len(tail) - 2)} {tail}"


def explained_html(job: Job, question_id: str, progress: Progress) -> str:
    """Return the explanation as far as it is."""
    if progress.answer and progress.done:
        return _frame(job, question_id, "done", _finished(job, progress.answer))
    if progress.error:
        return _frame(job, question_id, "error", words.notice(progress.error))
    stop = '<button type="button" class="plain" data-do="halt" data-key="Escape">Stop</button>'
    if progress.text:
        body = f'<div class="reading answer">{draft_html(progress.text)}</div><p class="stage">{stop}</p>'
        return _frame(job, question_id, "writing", body)
    since = f'<span class="since">{job.seconds:.0f} s</span>' if job.seconds >= 2 else ""
    said = escape(progress.stage or "Starting")
    body = f'<p class="stage" role="status"><span class="pulse"></span>{said}{since}{stop}</p>'
    return _frame(job, question_id, "working", body)


def refused_html(question_id: str, sentence: str) -> str:
    """Return the sentence that says why there is no explanation."""
    return f'<article class="turn explained" data-question="{escape(question_id)}">{words.notice(sentence)}</article>'


def _finished(job: Job, answer: Answer) -> str:
    on = f"./?c={quote(job.ask.conversation)}"
    return (
        f'{answer_html(answer)}<p class="more"><a class="file-link" href="{on}">Go on in Chat</a></p>'
        f'<div class="passages" hidden>{sources_html(answer.citations)}</div>'
    )


def _frame(job: Job, question_id: str, state: str, body: str) -> str:
    return (
        f'<article class="turn explained" data-state="{state}" data-question="{escape(question_id)}" '
        f'data-conversation="{escape(job.ask.conversation)}"><h3>Explained from your notes</h3>{body}</article>'
    )


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]}…"

"""The form for trying a text, and what each policy found in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from assistant.guardrails.assessment import Assessment
from assistant.guardrails.findings import Finding
from assistant.web.fields import Sheet, form
from assistant.web.guardrails.kinds import SOURCES, capital, done_in_words, in_words
from assistant.web.guardrails.policies import POLICIES
from assistant.web.guardrails.trial import Outcome, Trial
from assistant.web.guardrails.views import views

MOST_FINDINGS = 100
_LONGEST_MATCH = 160


def try_html(choices: Mapping[str, str], trial: Trial, outcome: Outcome | None = None, notice: str = "") -> str:
    """Return the form, and what came of it; ``choices`` are the guardrails with what the page calls them."""
    fields = {"guardrail": trial.guardrail, "text": trial.text, "question": trial.question, "passage": trial.passage}
    sheet = Sheet(fields, {"text": notice} if notice else {})
    sources = "".join(
        f'<label><input type="radio" name="source" value="{source}"{" checked" if source == trial.source else ""}>'
        f"<span>{label}</span></label>"
        for source, label in SOURCES.items()
    )
    held = (
        '<div class="of-answer">'
        + sheet.line("question", "The question that it answers", longest=2000, hint="Optional.")
        + sheet.lines("passage", "The passage that it rests on", hint="Optional; grounding and relevance need it.")
        + "</div>"
    )
    body = (
        f'<div class="pair">{sheet.choice("guardrail", "Guardrail", choices)}'
        f'<fieldset class="chips"><legend>The text is a</legend>{sources}</fieldset></div>'
        f"{sheet.lines('text', 'Text', rows=5)}{held}"
        '<div class="send"><button type="submit" class="primary wide" data-focus="check">Check</button>'
        '<p class="hint at-rest">Nothing that you write here is kept.</p><p class="hint waiting" role="status">'
        '<span class="pulse"></span>Checking; the first text also loads the models</p></div>'
    )
    return views("try") + form({"do": "check"}, body, "try") + (outcome_html(outcome) if outcome else "")


def outcome_html(outcome: Outcome) -> str:
    """Return the verdict, every finding, and the text that may be used instead."""
    assessment = outcome.assessment
    loading = ", with loading the models" if outcome.loading else ""
    rows = "".join(_finding(finding) for finding in assessment.findings[:MOST_FINDINGS])
    more = len(assessment.findings) - MOST_FINDINGS
    listed = f'<ul class="findings">{rows}</ul>' if rows else '<p class="hint">No policy found anything.</p>'
    listed += f'<p class="hint">{more:,} more are not shown.</p>' if more > 0 else ""
    changed = assessment.text != assessment.content
    goes_on = "Said instead" if assessment.blocked else "What goes on"
    text = f'<h3>{goes_on}</h3><div class="reading"><p class="plain">{_masked(assessment)}</p></div>' if changed else ""
    return (
        f'<section class="outcome" data-blocked="{assessment.blocked}"><p class="verdict" role="status">'
        f"<b>{_verdict(assessment)}</b> "
        f"<small>in {_time(assessment.seconds)}{loading}</small></p>{text}<h3>Findings</h3>{listed}"
        f"{_quiet(outcome)}</section>"
    )


def _verdict(assessment: Assessment) -> str:
    if assessment.blocked:
        return "Blocked"
    removed = any(finding.kind == "GROUNDING" and finding.action == "BLOCK" for finding in assessment.findings)
    done = [word for word, was in (("masked", assessment.masked), ("shortened", removed)) if was]
    return capital(" and ".join(done)) if done else "Passed"


def _finding(finding: Finding) -> str:
    policy = next(each.title for each in POLICIES if each.name == finding.policy)
    match = finding.match if len(finding.match) <= _LONGEST_MATCH else f"{finding.match[:_LONGEST_MATCH]}…"
    quoted = f"<q>{escape(match)}</q>" if match else ""
    found = escape(capital(in_words(finding.policy, finding.kind)))
    done = done_in_words(finding.kind, finding.action)
    why = f". {escape(finding.why)}" if finding.why else ""
    return (
        f'<li data-action="{finding.action}"><p class="found"><b>{found}</b> {quoted}</p><p class="did">{done}</p>'
        f'<p class="why">{escape(policy)}{_score(finding)}{why}</p></li>'
    )


def _score(finding: Finding) -> str:
    if finding.score is None:
        return ", by a rule"
    threshold = f", threshold {finding.threshold:.2f}" if finding.threshold is not None else ""
    return f", score {finding.score:.2f}{threshold}"


def _quiet(outcome: Outcome) -> str:
    """Name the policies that looked and found nothing, and those that did not look."""
    assessment = outcome.assessment
    found = {finding.policy for finding in assessment.findings}
    looked, off = [], []
    for policy in POLICIES:
        used = getattr(assessment.document, policy.field) is not None
        if policy.name == "contextualGroundingPolicy" and used and not outcome.held:
            off.append(f"{policy.title.lower()} (only for an answer with a passage)")
        elif not used:
            off.append(f"{policy.title.lower()} (off)")
        elif policy.name not in found:
            looked.append(policy.title.lower() + _grounds(outcome, policy.name))
    parts = [
        f"{start}: {', '.join(names)}." for start, names in (("Found nothing", looked), ("Did not look", off)) if names
    ]
    return f'<p class="hint">{escape(" ".join(parts))}</p>' if parts else ""


def _grounds(outcome: Outcome, policy: str) -> str:
    grounds = outcome.assessment.grounds
    if policy != "contextualGroundingPolicy" or not grounds:
        return ""
    return f" ({', '.join(f'{name.lower()} {score:.2f}' for name, score in grounds.scores.items())})"


def _masked(assessment: Assessment) -> str:
    """Return the text that may be used, its masks marked."""
    masks = {f"{{{finding.kind}}}" for finding in assessment.findings if finding.action == "ANONYMIZE"}
    if not masks:
        return escape(assessment.text)
    parts = re.split(f"({'|'.join(map(re.escape, sorted(masks)))})", assessment.text)
    return "".join(f"<mark>{escape(part)}</mark>" if part in masks else escape(part) for part in parts)


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"

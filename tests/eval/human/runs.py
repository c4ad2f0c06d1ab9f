"""Small run folders for the tests of human evaluation and of the Evaluate tab."""

from eval.folder import Figure, Line, Manifest, RunFolder, Spec, Summary
from eval.sample import Cited, Output, Sample

QUESTIONS = {
    "q1": "What is a token?",
    "q2": "Which service speaks?",
    "q3": "What does top p do?",
    "q4": "=1+1 is what?",
    "q5": "Which one fails?",
}


def write_run(home, name, system="etude", model="", scores=0.5, finished="2026-03-01T10:05:00+00:00"):
    """Write a run over five questions, the last of which it lost; return its folder."""
    run = RunFolder(home / "evaluations" / name)
    run.path.mkdir(parents=True)
    run.write_manifest(
        Manifest(
            id=name,
            created="2026-03-01T10:00:00+00:00",
            spec=Spec(suite="qa", system=system, model=model),
            samples=len(QUESTIONS),
            finished=finished,
        )
    )
    cited = (Cited(marker=1, section="Models", text="A token is a **piece** of a word."),)
    lines = [
        Line(
            sample=Sample(id=key, prompt=question, references=("A reference.",), category="fact"),
            output=Output(error="broke off")
            if key == "q5"
            else Output(prediction=f"The words of {name[-1]} on {key} [1].", citations=cited),
        ).model_dump_json()
        for key, question in QUESTIONS.items()
    ]
    run.samples_file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    figure = Figure(value=scores, low=scores - 0.1, high=scores + 0.1, n=4)
    run.write_summary(Summary(rows={"system": {"token_f1": figure, "exact_match": figure}}, errors=1))
    run.write_scores({key: {"system": {"token_f1": scores, "exact_match": 0.0}} for key in QUESTIONS})
    return run

from dataclasses import replace

from assistant.chat.events import Answer
from assistant.records import Records
from eval.human.feedback import feedback_samples, feedback_turns, samples_jsonl
from eval.sample import Sample

ANSWER = Answer("And it?", "What is a token?", "A piece of a word [1], often [2].")


def test_feedback_becomes_samples(settings):
    records = Records(settings.database_url)
    said = [
        (ANSWER, True),
        (replace(ANSWER, text="Part of a word."), True),
        (replace(ANSWER, standalone="What is RAG?"), False),
        (replace(ANSWER, standalone="Who won?", refused=True, text="Your notes do not cover this."), True),
        (replace(ANSWER, standalone="What is cut?", cut=True), True),
        (replace(ANSWER, standalone="Nobody said"), None),
    ]
    for number, (answer, up) in enumerate(said):
        turn = records.add_turn(f"c{number % 2}", answer)
        if up is not None:
            records.rate(turn, up)
    samples = feedback_samples(feedback_turns(records))
    records.close()
    assert [(sample.prompt, sample.references, sample.answerable) for sample in samples] == [
        ("What is a token?", ("A piece of a word, often.", "Part of a word."), True),
        ("What is RAG?", (), None),
        ("Who won?", (), False),
        ("What is cut?", (), None),
    ]
    assert {sample.category for sample in samples} == {"feedback"}
    lines = samples_jsonl(samples).splitlines()
    assert [Sample.model_validate_json(line) for line in lines] == samples

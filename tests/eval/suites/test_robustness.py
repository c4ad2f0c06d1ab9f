from collections import Counter

from eval.suites.reference import DATA, read_jsonl
from eval.suites.registry import find_suite

KINDS = {"paraphrase", "typos", "upper case", "lower case", "punctuation"}


def test_every_answerable_question_has_one_paraphrase_in_other_words():
    asked = {row["id"]: row["question"] for row in read_jsonl(DATA / "free_answers.jsonl") if row["answerable"]}
    rows = read_jsonl(DATA / "paraphrases.jsonl")
    assert Counter(row["id"] for row in rows) == Counter(asked.keys())
    assert len({row["question"] for row in rows}) == len(rows)
    for row in rows:
        said, original = (set(text.casefold().split()) for text in (row["question"], asked[row["id"]]))
        # Most of the words differ; a version with another comma would not.
        assert len(said & original) < len(said | original) / 2, row["id"]


def test_a_split_holds_its_questions_and_all_versions_of_them():
    suite = find_suite("robustness")
    for split in ("dev", "test"):
        samples = suite.samples(split)
        originals = {sample.id: sample for sample in samples if not sample.of}
        answerable = {sample.id for sample in find_suite("qa").samples(split) if sample.answerable}
        assert originals.keys() == answerable
        assert len({sample.id for sample in samples}) == len(samples)
        kinds = {name: set() for name in originals}
        for sample in samples:
            if sample.of:
                original = originals[sample.of]
                kinds[sample.of].add(sample.category)
                assert sample.id == f"{sample.of}~{sample.category}"
                assert sample.prompt != original.prompt
                same = {"id": original.id, "of": "", "prompt": original.prompt, "category": original.category}
                assert sample.model_copy(update=same) == original
        assert all(found == KINDS for found in kinds.values())


def test_the_suite_records_the_paraphrases():
    files = find_suite("robustness").files
    assert DATA / "paraphrases.jsonl" in files
    assert all(file.is_file() for file in files)

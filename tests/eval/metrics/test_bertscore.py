import logging
from importlib import metadata

import bert_score
import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from assistant.errors import InputError
from assistant.models.catalog import card_for
from assistant.models.weights import find_weights
from eval.metrics.bertscore import baseline_file
from eval.metrics.encoder import find_encoder
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample
from eval.tools import Tools

LAYER = 5


@pytest.fixture(scope="module")
def folder(shared_settings):
    return str(find_weights(card_for("all-minilm-l6-v2"), shared_settings))


@pytest.fixture(scope="module")
def rows(text_cases, tools):
    return find_metric("bertscore").score(text_cases, tools)


def _bertscore(tools, prediction, *references):
    case = Case(Sample(id="1", prompt="", references=references), Output(prediction=prediction))
    return find_metric("bertscore").score([case], tools)[0]


def test_scores_are_greedy_cosines_of_the_fifth_layer(text_cases, rows, folder):
    """Computed anew from the paper's equations, one text at a time, without bert-score.

    As there, [CLS] and [SEP] count for nothing, but a token may find its nearest in them.
    """
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def vectors(text):
        with torch.inference_mode():
            read = tokenizer(text, truncation=True, max_length=512, return_tensors="pt")
            states = model(**read, output_hidden_states=True).hidden_states[LAYER][0].numpy()
        return states / np.linalg.norm(states, axis=1, keepdims=True)

    def triple(prediction, reference):
        if not prediction.strip() or not reference.strip():
            return 0, 0, 0
        cosines = vectors(prediction) @ vectors(reference).T
        precision, recall = cosines[1:-1].max(axis=1).mean(), cosines[:, 1:-1].max(axis=0).mean()
        return precision, recall, 2 * precision * recall / (precision + recall)

    assert len(rows) >= 50
    for case, row in zip(text_cases, rows, strict=True):
        known = np.max([triple(case.output.prediction, text) for text in case.sample.references], axis=0)
        found = [row["bertscore_precision"], row["bertscore_recall"], row["bertscore_f1"]]
        assert found == pytest.approx(known, abs=1e-4), case.sample.id


# pandas gives bert-score a baseline that must not be written to, and torch warns that somebody could.
@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable:UserWarning")
def test_scores_are_those_of_bert_score(text_cases, rows, folder, tools):
    """Rescaled by bert-score itself; without empty texts, which it cannot read since transformers 5."""
    full = [
        (case, row)
        for case, row in zip(text_cases, rows, strict=True)
        if all(text.strip() and len(text) < 1_000 for text in (case.output.prediction, *case.sample.references))
    ]
    assert len(full) >= 50
    known = bert_score.score(
        [case.output.prediction for case, _ in full],
        [list(case.sample.references) for case, _ in full],
        model_type=folder,
        num_layers=LAYER,
        lang="en",
        rescale_with_baseline=True,
        baseline_path=str(baseline_file(find_encoder(tools))),
        batch_size=8,
    )[2]
    for (case, row), value in zip(full, known, strict=True):
        assert row["bertscore_rescaled"] == pytest.approx(float(value), abs=2e-4), case.sample.id


def test_texts_that_are_equal_score_one_and_strangers_near_zero(good_and_shuffled, tools):
    good, shuffled = (find_metric("bertscore").score(cases, tools) for cases in good_and_shuffled)
    for name in ("bertscore_f1", "bertscore_rescaled"):
        assert [row[name] for row in good] == pytest.approx([1.0] * len(good), abs=1e-4)
    assert abs(np.mean([row["bertscore_rescaled"] for row in shuffled])) < 0.15


def test_a_text_past_the_window_is_told(tools, caplog):
    long = "word " * 600
    with caplog.at_level(logging.WARNING, logger="eval.metrics.bertscore"):
        assert _bertscore(tools, "word", "word")["bertscore_truncated"] == 0
        assert not caplog.records
        assert _bertscore(tools, "word", long)["bertscore_truncated"] == 1
    assert "first 512 tokens" in caplog.text
    assert "1 of 1 cases" in caplog.text


def test_the_signature_names_encoder_layer_hash_and_version(tools):
    signature = find_metric("bertscore").signature(tools)
    card = card_for("all-minilm-l6-v2")
    sha256 = next(file.sha256 for file in card.files if file.name == "model.safetensors")
    assert f"encoder=all-minilm-l6-v2|sha256={sha256[:12]}|layer=5|window=512" in signature
    assert f"bert-score={metadata.version('bert-score')}" in signature
    assert signature.endswith("rescaled=also")


def test_another_encoder_has_the_layer_of_bert_scores_table(shared_settings, tmp_path):
    """A RoBERTa of random weights in a folder of that name: 24 layers would be the real one's."""
    from transformers import RobertaConfig, RobertaModel

    folder = tmp_path / "distilroberta-base"
    config = RobertaConfig(
        vocab_size=300,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=6,
        num_attention_heads=2,
        max_position_embeddings=66,
    )
    RobertaModel(config).save_pretrained(folder)
    _byte_tokenizer().save_pretrained(folder)
    tools = Tools(shared_settings, encoder=folder)
    assert find_encoder(tools).layer == bert_score.utils.model2layers["distilroberta-base"]
    assert find_encoder(tools).window == 64, "two positions of a RoBERTa are not for tokens"
    row = _bertscore(tools, "a cat " * 50, "a cat " * 50)
    assert row["bertscore_f1"] == pytest.approx(1, abs=1e-4)
    assert row["bertscore_truncated"] == 1
    assert "bertscore_rescaled" not in row
    assert find_metric("bertscore").signature(tools).endswith("rescaled=no")


def test_a_folder_that_is_no_encoder_is_refused(shared_settings, tmp_path):
    case = Case(Sample(id="1", prompt="", references=("a",)), Output(prediction="a"))
    with pytest.raises(InputError, match=r"config\.json"):
        find_metric("bertscore").score([case], Tools(shared_settings, encoder=tmp_path))
    (tmp_path / "config.json").write_text('{"num_hidden_layers": 7}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="knows no layer"):
        find_metric("bertscore").score([case], Tools(shared_settings, encoder=tmp_path))


def _byte_tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        ["a cat"], trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
    )

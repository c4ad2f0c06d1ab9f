import pytest
from pydantic import ValidationError

from assistant.errors import ModelError, ModelUnknown
from assistant.models.catalog import ModelCard, card_for, load_catalog
from assistant.settings import DEFAULT_EMBEDDING, DEFAULT_MODEL

CARD = {
    "id": "tiny",
    "name": "Tiny",
    "kind": "chat",
    "format": "gguf",
    "purpose": "tests",
    "licence": "Apache-2.0",
    "publisher": "nobody/tiny",
    "context_length": 128,
    "memory_mb": 1,
    "size": 3,
    "files": [{"name": "tiny.gguf", "size": 3, "sha256": "0" * 64}],
    "sources": [{"type": "wheels", "package": "tiny", "version": "1.0", "member": "tiny/{file}"}],
}


@pytest.mark.parametrize(
    ("model_id", "name", "size", "sha256"),
    [
        (
            "qwen2.5-coder-1.5b-instruct",
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        ),
        (
            "qwen2.5-coder-0.5b-instruct",
            "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            491_400_064,
            "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        ),
        (
            "smollm2-135m-instruct",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
        (
            "all-minilm-l6-v2",
            "model.safetensors",
            90_868_376,
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
    ],
)
def test_the_verified_models_have_the_hashes_of_their_publishers(model_id, name, size, sha256):
    card = card_for(model_id)
    assert card.verified
    assert next((file.size, file.sha256) for file in card.files if file.name == name) == (size, sha256)


def test_the_default_models_are_in_the_catalog_and_free_to_use():
    assert card_for(DEFAULT_MODEL).kind == "chat"
    assert card_for(DEFAULT_EMBEDDING).kind == "embedding"
    assert {card_for(name).licence for name in (DEFAULT_MODEL, DEFAULT_EMBEDDING)} == {"Apache-2.0"}


def test_larger_models_are_listed_and_say_that_they_are_not_verified():
    for model_id in ("qwen2.5-3b-instruct", "qwen2.5-7b-instruct", "qwen2.5-14b-instruct"):
        assert not card_for(model_id).verified
    assert "non-commercial" in card_for("qwen2.5-3b-instruct").licence


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(ModelUnknown, match=r"'smollm2'.*Did you mean smollm2-135m-instruct"):
        card_for("smollm2")


def test_a_file_that_is_not_toml_is_one_sentence(tmp_path):
    file = tmp_path / "catalog.toml"
    file.write_text("[[models]")
    with pytest.raises(ModelError, match=r"catalog\.toml cannot be read"):
        load_catalog(file)


def test_a_card_that_is_not_valid_is_named(tmp_path):
    file = tmp_path / "catalog.toml"
    file.write_text('[[models]]\nid = "x"')
    with pytest.raises(ModelError, match=r"not valid at models\.0\.name"):
        load_catalog(file)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": "red"}, "Extra inputs"),
        ({"size": 4}, "size is not the sum of the files"),
        ({"files": [{"name": "tiny.gguf"}]}, "wheels need a sha256"),
        ({"files": [{"name": "../tiny.gguf", "size": 3, "sha256": "0" * 64}]}, "match pattern"),
        ({"files": [{"name": "tiny.gguf", "size": 3, "sha256": "abc"}]}, "match pattern"),
        ({"sources": [{"type": "ftp"}]}, "does not match any of the expected tags"),
    ],
)
def test_a_card_with_a_mistake_is_refused(change, says):
    assert ModelCard.model_validate(CARD).id == "tiny"
    with pytest.raises(ValidationError, match=says):
        ModelCard.model_validate(CARD | change)

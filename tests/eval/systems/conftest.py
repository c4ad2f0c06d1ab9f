"""Systems over a small folder of notes, with the real small model and the real embedding model."""

import pytest

from assistant.settings import Generation
from eval.suites.registry import Variant
from eval.tools import Tools

NOTES = """# Services
## Amazon Polly
- Amazon Polly turns text into lifelike speech
- It offers lexicons and SSML
## Amazon Textract {#textract}
- Amazon Textract reads text and handwriting from scanned documents
## Amazon Lex
- Amazon Lex builds chatbots that listen and talk
"""
GARDEN = "# Garden\n## Roses\nRoses need six hours of sun a day.\n"


@pytest.fixture(scope="package")
def tools(shared_settings, tmp_path_factory):
    return Tools(
        shared_settings.model_copy(
            update={
                "model": "smollm2-135m-instruct",
                "context_length": 2048,
                "generation": Generation(max_tokens=40),
                "home": tmp_path_factory.mktemp("systems-home"),
            }
        )
    )


@pytest.fixture(scope="package")
def notes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    (folder / "services.md").write_text(NOTES)
    (folder / "garden.md").write_text(GARDEN)
    return folder


@pytest.fixture(scope="package")
def given(notes):
    """The variant that names these notes, with other choices."""
    return lambda **choices: Variant(notes=notes, **choices)

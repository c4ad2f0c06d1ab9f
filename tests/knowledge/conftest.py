"""One embedding model for all tests of the notes, and small folders to sync."""

from pathlib import Path

import pytest

from assistant.rooms import open_embedder
from knowledge.index import IndexFolder

SERVICES = """# Services

## Amazon Polly

Amazon Polly turns text into lifelike speech.

## Amazon Textract

- Reads text and handwriting
- Works on scanned documents

## Toxicity

## Prices

| Service | Input | Output |
|---|---|---|
| Small | $1 | $2 |
| Large | $3 | $4 |
"""
GARDEN = "# Garden\n\n## Roses\n\nRoses need six hours of sun a day.\n"
STUDY_MATERIAL = Path(__file__).parents[3] / "shared" / "study_material"


@pytest.fixture(scope="session")
def embedder(shared_settings):
    return open_embedder(shared_settings)


@pytest.fixture
def index(tmp_path):
    return IndexFolder(tmp_path / "index")


@pytest.fixture
def notes(tmp_path):
    folder = tmp_path / "notes"
    (folder / "deep").mkdir(parents=True)
    (folder / "services.md").write_text(SERVICES)
    (folder / "deep" / "garden.txt").write_text(GARDEN)
    return folder


@pytest.fixture(scope="session")
def study_material():
    """The notes of a real learner, which are not part of the repository."""
    if not STUDY_MATERIAL.is_dir():
        pytest.skip("the real notes are not here")
    return sorted(STUDY_MATERIAL.glob("*.txt"))

import asyncio

import pytest

from assistant.errors import InputError
from assistant.web.knowledge.uploads import Uploads, safe_name


@pytest.fixture
def uploads(tmp_path):
    return Uploads(tmp_path / "notes", largest=1000)


def keep(uploads, collection, name, *pieces):
    async def body():
        for piece in pieces:
            yield piece

    return asyncio.run(uploads.keep(collection, name, body()))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("week 1.md", "week 1.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\notes\\Übung (2).MD", "Übung (2).md"),
        (".hidden.md", "hidden.md"),
        ("~$draft.docx", "draft.docx"),
        ("a\x00b\nc<script>.txt", "a-b-c-script.txt"),
        ("....md", "note.md"),
        ("x" * 400 + ".md", "x" * 160 + ".md"),
        ("é" * 400 + ".md", "é" * 80 + ".md"),
    ],
)
def test_a_name_is_that_of_a_file_and_nothing_else(given, kept):
    assert safe_name(given) == kept


def test_a_file_is_kept_in_its_collection_and_a_new_one_takes_its_place(uploads, tmp_path):
    assert keep(uploads, "bio", "../cells.md", b"# Cells\n", b"\nThey divide.\n") == "cells.md"
    assert (tmp_path / "notes" / "bio" / "cells.md").read_text() == "# Cells\n\nThey divide.\n"
    keep(uploads, "bio", "cells.md", b"New")
    assert [file.name for file in (tmp_path / "notes").rglob("*") if file.is_file()] == ["cells.md"]
    assert (tmp_path / "notes" / "bio" / "cells.md").read_text() == "New"
    assert uploads.collections() == ["bio"]


@pytest.mark.parametrize(
    ("collection", "name", "body", "said"),
    [
        ("bio", "tool.exe", b"x", "not of a kind that Etude reads"),
        ("bio", "empty.md", b"", "is empty"),
        ("bio", "large.md", b"x" * 1001, "Split it, or leave it out"),
        ("../bio", "a.md", b"x", "cannot name a collection"),
        ("..", "a.md", b"x", "cannot name a collection"),
        ("etude", "a.md", b"x", "ship with Etude"),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(uploads, tmp_path, collection, name, body, said):
    with pytest.raises(InputError, match=said):
        keep(uploads, collection, name, body)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_only_what_was_uploaded_is_deleted(uploads, tmp_path):
    keep(uploads, "bio", "cells.md", b"x")
    own = tmp_path / "own.md"
    own.write_text("mine")
    for path in (str(own), str(tmp_path / "notes" / "bio" / ".." / ".." / "own.md")):
        with pytest.raises(InputError):
            uploads.delete("bio", path)
    uploads.delete("bio", str(tmp_path / "notes" / "bio" / "cells.md"))
    assert own.is_file()
    assert not (tmp_path / "notes" / "bio" / "cells.md").exists()

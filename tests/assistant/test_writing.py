import pytest

from assistant.writing import write_whole


def test_a_file_is_written_with_its_folder_and_read_back_as_it_is(tmp_path):
    file = tmp_path / "new" / "notes.toml"
    write_whole(file, "one\ntwo é\n")
    assert file.read_bytes() == "one\ntwo é\n".encode()
    write_whole(file, "three\n")
    assert file.read_text() == "three\n"


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path):
    file = tmp_path / "notes.toml"
    write_whole(file, "before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "half a character: \ud800")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]

import json
import os
import zipfile

import pytest

from knowledge.errors import InputError
from knowledge.read import read_file


def pdf(*pages):
    """A hand-made PDF; an empty string makes a page without text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects += [f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    objects += ["<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for n, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}"
    return (out + table + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF").encode()


def read(tmp_path, name, data):
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_file(tmp_path / name)


@pytest.mark.parametrize(
    "data",
    [
        "Café “quoted”".encode(),
        "Café “quoted”".encode("utf-16"),
        b"\xef\xbb\xbf" + "Café “quoted”".encode(),
        "CafÃ© â€œquotedâ€\x9d",
    ],
    ids=["utf-8", "utf-16", "bom", "mojibake"],
)
def test_text_of_any_encoding_reads_the_same(tmp_path, data):
    assert read(tmp_path, "a.txt", data).lines == ["Café “quoted”"]


def test_line_numbers_stay_those_of_the_file(tmp_path):
    document = read(
        tmp_path, "a.md", "one\r\n<img src='x.png'>\r\n\r\n![](gone.png)\r\nfive ![alt](gone.png) words\r\n"
    )
    assert document.lines == ["one", "", "", "", "five  words", ""]


def test_a_broken_image_link_goes_and_the_words_around_it_stay(tmp_path):
    assert read(tmp_path, "a.md", "![img](img_17.png").lines == [""]
    (line,) = read(tmp_path, "b.md", "that it has](./img/types.jpg) received.").lines
    assert line == "that it has received."


def test_a_pdf_is_read_by_page_and_a_page_without_text_is_named(tmp_path):
    document = read(tmp_path, "a.pdf", pdf("Bees make honey", "", "Wasps do not"))
    text = "\n".join(document.lines)
    assert "Bees make honey" in text
    assert "Page 3" in text
    assert len(document.problems) == 1
    assert "page 2 " in document.problems[0]


def test_web_pages_tables_and_notebooks_become_markdown(tmp_path):
    page = read(tmp_path, "a.html", "<h1>Bees</h1><script>x()</script><ul><li>make honey</li></ul>")
    assert "# Bees" in page.lines
    assert not any("x()" in line for line in page.lines)
    table = read(tmp_path, "a.csv", "name;count\nbee;3\nwasp;4\n")
    assert table.lines[:3] == ["| name | count |", "| --- | --- |", "| bee | 3 |"]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Bees"]}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert "# Bees" in read(tmp_path, "a.ipynb", json.dumps(notebook)).lines


def test_a_word_file_becomes_markdown(tmp_path):
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kinds = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as file:
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        file.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" Type="{office}" '
            'Target="word/document.xml"/></Relationships>',
        )
        file.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{main}"><w:body><w:p><w:r><w:t>Bees make honey</w:t></w:r></w:p></w:body></w:document>',
        )
    assert "Bees make honey" in read_file(tmp_path / "a.docx").lines


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"\x7fELF\x00\x00\x01", "not text"),
        ("a.pdf", b"%PDF-1.4 but nothing else", "damaged"),
        ("a.docx", b"PK not a zip", "damaged"),
        ("a.xyz", b"words", "does not read"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, name, data, said):
    with pytest.raises(InputError, match=said) as caught:
        read(tmp_path, name, data)
    assert name in str(caught.value)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "a.md").touch()
    os.truncate(tmp_path / "a.md", 200 * 2**20)
    with pytest.raises(InputError, match="200 MB"):
        read_file(tmp_path / "a.md")

import io
import json
import os
import zipfile

import ftfy.bad_codecs  # noqa: F401 - adds sloppy-windows-1252
import pytest

from knowledge.errors import InputError
from knowledge.read import read_file


def read(folder, name, data):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_file(folder / name)


def words_of(document):
    return [line for line in document.lines if line]


def refused(path, *said):
    with pytest.raises(InputError) as caught:
        read_file(path)
    for words in (path.name, *said):
        assert words in str(caught.value)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_lines_and_letters_survive_every_encoding_and_line_end(tmp_path, encoding, line_end):
    lines = ["# Größe", "", "Le café naïve est déjà là."]
    assert read(tmp_path, "note.md", line_end.join(lines).encode(encoding)).lines == lines


def test_a_language_with_few_ascii_letters_is_recognised(tmp_path):
    text = "Привет, это заметки о машинном обучении и больших языковых моделях."
    assert read(tmp_path, "note.txt", text.encode("cp1251")).lines == [text]


def test_one_broken_byte_does_not_spoil_a_utf8_file(tmp_path):
    text = "déjà là, größer " * 9
    assert read(tmp_path, "note.txt", text.encode() + b"\xff").lines == [f"{text}�"]


def test_mojibake_is_repaired_within_its_line(tmp_path):
    broken = "It’s a “café”.\nSecond – line".encode().decode("sloppy-windows-1252")
    assert broken.startswith("Itâ€™s a â€œcafÃ©")
    assert read(tmp_path, "note.txt", broken).lines == ["It’s a “café”.", "Second – line"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("before ![words](gone.png) after", "before  after"),
        ('![words](gone (1).png "title")', ""),
        ("![broken](gone.png", ""),
        ("![broken](gone.png and more", " and more"),
        ('<img src="gone.png" width=3> text', " text"),
        ("![a picture](here.png)", "a picture"),
        ("![a picture](<here too.png>)", "a picture"),
        ("![IMG_1.png](here.png)", ""),
        ("![a picture](https://example.org/x.png)", "a picture"),
        ("[![alt [x] y](gone.png)](https://example.org)", "[](https://example.org)"),
        ("see [the diagram](gone.png).", "see the diagram."),
        ("that it has](./img/gone.jpg) received.", "that it has received."),
        ("write `![alt](x.png)` for an image", "write `![alt](x.png)` for an image"),
        ("[a link](page.html) stays", "[a link](page.html) stays"),
    ],
)
def test_images_that_are_not_there_go_and_words_stay(tmp_path, written, kept):
    for image in ("here.png", "here too.png"):
        (tmp_path / image).touch()
    assert read(tmp_path, "note.md", written).lines == [kept]


def test_images_in_code_are_examples(tmp_path):
    lines = ["```md", "![x](gone.png)", "```", "- ~~~", '  <img src="x">', "  ~~~"]
    assert read(tmp_path, "note.md", "\n".join([*lines, "![x](gone.png)"])).lines == [*lines, ""]


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\xff\xfe" + bytes(range(256)) * 9])
@pytest.mark.parametrize("name", ["picture.txt", "table.csv", "page.html"])
def test_bytes_that_are_no_text_are_refused_whatever_the_name(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    refused(tmp_path / name, "is not text")


def test_a_huge_file_is_refused_without_being_read(tmp_path):
    (tmp_path / "huge.txt").touch()
    os.truncate(tmp_path / "huge.txt", 200 * 2**20)
    refused(tmp_path / "huge.txt", "200 MB", "50 MB")


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.md").mkdir()
    refused(tmp_path / "folder.md", "not a file")
    os.mkfifo(tmp_path / "pipe.md")
    refused(tmp_path / "pipe.md", "not a file")
    (tmp_path / "dangling.md").symlink_to(tmp_path / "gone.md")
    refused(tmp_path / "dangling.md", "link")
    (tmp_path / "circle.md").symlink_to(tmp_path / "circle.md")
    refused(tmp_path / "circle.md", "leads back to itself")
    (tmp_path / "program.exe").touch()
    refused(tmp_path / "program.exe", "does not read")


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx", ".pdf", ".ipynb"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing more", b"%PDF-1.4 but nothing else"])
def test_a_damaged_document_is_refused(tmp_path, suffix, data):
    (tmp_path / f"note{suffix}").write_bytes(data)
    refused(tmp_path / f"note{suffix}", "damaged")


def test_an_empty_file_has_no_words(tmp_path):
    for name in ("a.md", "a.csv", "a.html"):
        assert not words_of(read(tmp_path, name, b""))


def test_html(tmp_path):
    page = """<html><head><meta charset="iso-8859-1"><title>T</title><style>p {}</style></head><body><h1>Café</h1>
    <p>A <b>bold</b> <a href="x.html">link</a>.</p><img src="gone.png" alt="gone">
    <table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><pre>x = 1</pre>
    <script>evil()</script></body></html>"""
    text = "\n".join(read(tmp_path, "page.html", page.encode("latin-1")).lines)
    for kept in ("# Café", "A **bold** [link](x.html).", "| 1 | 2 |", "```\nx = 1\n```"):
        assert kept in text
    assert not any(word in text for word in ("evil", "gone", "p {"))


def test_csv_and_tsv_become_one_table(tmp_path):
    table = ["| Service | Use |", "| --- | --- |", "| Lex | bots, chat |", "| a \\| b | two lines |"]
    assert read(tmp_path, "a.csv", 'Service,Use\r\nLex,"bots, chat"\r\n,\r\na | b,"two\nlines"\r\n').lines == table
    assert read(tmp_path, "b.csv", 'Service;Use\nLex;bots, chat\na | b;"two lines"').lines == table
    assert read(tmp_path, "c.tsv", "Service\tUse\nLex\tbots, chat\na | b\ttwo lines").lines == table
    uneven = read(tmp_path, "d.csv", "a,b\n1\n1,2,3").lines
    assert uneven == ["| a | b |  |", "| --- | --- | --- |", "| 1 |  |  |", "| 1 | 2 | 3 |"]


def test_xlsx_has_a_heading_for_each_sheet(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Services"
    for row in (["Name", "Use", None], ["Lex", "bots\nchat", None], ["Kendra", None, None]):
        book.active.append(row)
    book.create_sheet("Empty")
    book.create_sheet("Prices").append(["a", 1.5])
    book.save(tmp_path / "a.xlsx")
    assert words_of(read_file(tmp_path / "a.xlsx")) == [
        *("## Services", "| Name | Use |", "| --- | --- |", "| Lex | bots chat |", "| Kendra |  |"),
        *("## Prices", "| a | 1.5 |", "| --- | --- |"),
    ]


def test_pptx_has_a_heading_for_each_slide(tmp_path):
    from pptx import Presentation

    show = Presentation()
    for title in ("First", "Second"):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"words of {title}"
    slide.notes_slide.notes_text_frame.text = "said aloud"
    show.save(tmp_path / "a.pptx")
    assert words_of(read_file(tmp_path / "a.pptx")) == [
        *("# Slide 1", "## First", "words of First"),
        *("# Slide 2", "## Second", "words of Second", "#### Notes:", "said aloud"),
    ]


def test_docx_keeps_headings_words_and_tables(tmp_path):
    (tmp_path / "a.docx").write_bytes(docx("Heading1:Bees", ":They make honey.", "table:Name|Use", "Heading2:More"))
    lines = read_file(tmp_path / "a.docx").lines
    for kept in ("# Bees", "They make honey.", "| Name | Use |", "## More"):
        assert kept in lines


def test_a_notebook_keeps_cells_in_order_without_outputs(tmp_path):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Résumé\n", "words"]},
        {"cell_type": "code", "metadata": {}, "source": ["print('é')"], "outputs": [{"text": "OUT"}]},
    ]
    book = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False)
    assert words_of(read(tmp_path, "a.ipynb", book)) == ["# Résumé", "words", "```python", "print('é')", "```"]


def test_a_pdf_has_a_heading_for_each_page_and_names_those_without_text(tmp_path):
    document = read(tmp_path, "a.pdf", pdf("First page", "", "# no heading", "", "", "Last"))
    assert words_of(document) == ["## Page 1", "First page", "## Page 3", "\\# no heading", "## Page 6", "Last"]
    (problem,) = document.problems
    assert problem.startswith("a.pdf: pages 2, 4-5 have no text")
    scan = read(tmp_path, "scan.pdf", pdf(""))
    assert not words_of(scan)
    assert "page 1 has no text" in scan.problems[0]


def docx(*parts):
    """A Word file of paragraphs ``style:words`` and one-row tables ``table:cell|cell``."""

    def paragraph(style, words):
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>'

    body = ""
    for part in parts:
        style, _, words = part.partition(":")
        cells = "".join(f"<w:tc>{paragraph('', cell)}</w:tc>" for cell in words.split("|"))
        body += f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>" if style == "table" else paragraph(style, words)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"

    def relation(name, target):
        row = f'<Relationship Id="r1" Type="{kind}/{name}" Target="{target}"/>'
        return f'<Relationships xmlns="{packages}/relationships">{row}</Relationships>'

    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2)
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{word}.styles+xml"/></Types>',
        "_rels/.rels": relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": relation("styles", "styles.xml"),
        "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def pdf(*pages):
    """A PDF with one line of text a page; an empty one draws a box, as a scan draws a picture."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, words in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET" if words else "72 72 200 200 re f"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * n} 0 R >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    data, rows = b"%PDF-1.4\n", ""
    for number, text in enumerate(objects, start=1):
        rows += f"{len(data):010} 00000 n \n"
        data += f"{number} 0 obj\n{text}\nendobj\n".encode()
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return data + f"{tail}startxref\n{len(data)}\n%%EOF\n".encode()

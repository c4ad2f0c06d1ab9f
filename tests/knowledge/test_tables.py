from knowledge.tables import cells, spell_out_tables, table_rows

TABLE = """Before.

| Service | Use | Price |
|:--|---|--:|
| Lex | bots | low |
| Polly | speech<br>voice |  |
|  | nothing named | x |

After | all."""


def test_every_row_says_what_its_cells_mean():
    assert spell_out_tables(TABLE).split("\n") == [
        "Before.",
        "- Lex: Use = bots; Price = low",
        "- Polly: Use = speech, voice",
        "- Use = nothing named; Price = x",
        "After | all.",
    ]


def test_rows_keep_their_lines():
    rows = table_rows(TABLE)
    assert sorted(rows) == [2, 3, 4, 5, 6]
    assert rows[2] == rows[3] == ""
    assert rows[4].startswith("- Lex")


def test_cells_beyond_the_header_are_not_lost():
    assert spell_out_tables("| A | B |\n| - | - |\n| 1 | 2 | 3 |") == "- 1: B = 2; 3"


def test_an_escaped_bar_stays_in_its_cell():
    assert cells(r"| a \| b | c |") == ["a | b", "c"]
    assert cells("a | b") == ["a", "b"]


def test_a_table_without_bars_at_its_edges():
    assert spell_out_tables("A | B\n--|--\n1 | 2") == "- 1: B = 2"


def test_text_without_a_table_is_untouched():
    assert spell_out_tables("a | b\nc | d") == "a | b\nc | d"

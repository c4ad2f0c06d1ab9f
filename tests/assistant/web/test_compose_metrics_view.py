import re

import pytest

from assistant.composer.genres import genres
from assistant.composer.reference import read_reference
from assistant.web.compose.metrics_view import metrics_html

PARTS = ["soprano", "alto", "tenor", "bass"]
PIECE = {"consonance.alto": 0.5, "consonance.tenor": None, "consonance.bass": 1.0, "empty_bars.alto": 0.0}


def cells(html, label):
    row = re.search(rf'<tr><th scope="row">{label}.*?</tr>', html)[0]
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def test_each_figure_stands_beside_that_of_real_music():
    html = metrics_html(PIECE, PARTS, "chorale")
    low, high = read_reference("chorale").middle["consonance.alto"]
    piece, real, missing, *_ = cells(html, "In consonance with the melody")
    assert (piece, real, missing) == ("50 %", f"{100 * low:.0f}–{100 * high:.0f} %", "–")
    assert cells(html, "Silent bars")[:2] == ["0 %", "0 %"]
    assert html.count('<th scope="col">real chorales</th>') == 3
    assert "in 33 pieces that models do not learn from" in html
    # Every row is as wide as the head.
    assert all(row.count("<td") == 6 for row in re.findall(r"<tr><th scope=\"row\".*?</tr>", html))


def test_music_of_the_users_own_has_nothing_beside_it():
    html = metrics_html(PIECE, PARTS, "custom")
    assert cells(html, "In consonance with the melody") == ["50 %", "–", "100 %"]
    assert "real" not in html


@pytest.mark.parametrize("name", genres())
def test_only_music_that_people_wrote_is_called_real(name):
    parts = [part.name for part in genres()[name].parts]
    html = metrics_html({f"consonance.{parts[1]}": 0.9}, parts, name)
    assert "models do not learn from" in html
    assert (">real " in html) == (genres()[name].kind == "real")

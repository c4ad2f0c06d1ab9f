"""A link in the page leads to the same screen as its address would."""

import pytest

from assistant.settings import Settings
from tests.assistant.web.people_server import Browser, served


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with served(Settings(home=tmp_path_factory.mktemp("home")), admins=("chief",)) as etude:
        browser = Browser(etude.url)
        browser.sign_in("chief")
        yield browser
        browser.close()


@pytest.mark.parametrize(
    ("room", "place", "view"),
    [
        ("compose", {"see": "training", "job": "gone"}, "training"),
        ("compose", {}, "make"),
        ("evaluate", {"run": "gone"}, "runs"),
        ("evaluate", {"see": "rate"}, "rate"),
        ("exam", {"view": "drill", "deck": "flashcards"}, "card"),
        ("exam", {"exam": "gone", "q": "1"}, "home"),
        ("exam", {"view": ["drill"], "deck": 7}, "home"),
        ("knowledge", {"doing": "add"}, "add"),
        ("knowledge", {"collection": "gone", "document": "x" * 9_000, "section": "3"}, "list"),
        ("settings", {"section": "device"}, "device"),
    ],
)
def test_a_link_leads_where_its_address_does(browser, room, place, view):
    drawn = [part for part in browser.event(f"{room}-bridge", "step", do="visit", seq=4, **place) if part]
    html = next(part for part in drawn if f"{room}-root" in str(part))
    assert f'data-view="{view}"' in html
    assert 'data-seq="4"' in html

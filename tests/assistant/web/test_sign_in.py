"""Nobody comes in who is not signed in, by any route; and how one signs in and out."""

import re
import warnings

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.records import Records
from assistant.settings import Server, Settings
from assistant.web.answering import Desk
from assistant.web.serve import make_app
from assistant.web.signin.page import sign_in_html
from assistant.web.signin.routes import WRONG
from tests.assistant.web.people_server import PASSWORD, Browser, served


@pytest.fixture(scope="module")
def etude(tmp_path_factory):
    with served(Settings(home=tmp_path_factory.mktemp("home")), admins=("chief",)) as etude:
        yield etude


@pytest.fixture
def browsers():
    opened = []

    def open_one(etude):
        opened.append(Browser(etude.url))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def browser(etude, browsers):
    return browsers(etude)


def routes(app, before=""):
    """Every path and method that something answers to, those of Gradio included."""
    for route in app.routes:
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(inner, "routes"):
            yield from routes(inner, before + getattr(route, "path", ""))
        elif getattr(route, "methods", None):
            for method in route.methods:
                yield method, before + re.sub(r"\{[^}]*\}", "x", route.path)


def test_no_route_answers_a_stranger(etude, browser):
    public = ("/etude", "/favicon.ico", "/sign-in", "/robots.txt")
    found = sorted({one for one in routes(etude.app) if not one[1].startswith(public)})
    assert len(found) > 40
    for method, path in found:
        answered = browser.http.request(method, path)
        if (method, path) in (("GET", "/"), ("HEAD", "/")):
            assert (answered.status_code, answered.headers["location"]) == (303, "/sign-in"), path
        else:
            assert answered.status_code == 401, (method, path)
            assert method == "HEAD" or answered.text == "Nobody is signed in. Reload the page and sign in."


def test_what_the_sign_in_page_needs_is_public_and_nothing_beside_it(browser):
    page = browser.http.get("/sign-in")
    assert "<script" not in page.text
    for link in re.findall(r'href="([^"]+)"', page.text):
        assert browser.http.get(link).status_code == 200, link
    for path in ("/etude/../config", "/etude/%2e%2e/config", "/etude/..%2f..%2fserve.py", "/sign-in/../config"):
        # Sent as it stands: a client would tidy it up.
        request = browser.http.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert browser.http.send(request).status_code in (401, 404), path


def test_signing_in_and_out(browser):
    there = browser.sign_in(" Anna ")
    assert (there.status_code, there.headers["location"]) == (303, "/?c=1")
    cookie = there.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert browser.http.get("/").status_code == 200
    assert browser.http.get("/gradio_api/user").json() == "anna"
    secret = browser.http.cookies["etude-sign-in"]
    out = browser.http.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    for cookies in (None, {"etude-sign-in": secret}):
        browser.http.cookies.update(cookies or {})
        assert browser.http.get("/config").status_code == 401


def test_an_open_page_can_ask_whether_it_is_still_signed_in(browser):
    assert browser.http.get("/sign-in/state").status_code == 401
    browser.sign_in("anna")
    assert browser.http.get("/sign-in/state").status_code == 204
    browser.http.post("/sign-out")
    assert browser.http.get("/sign-in/state").status_code == 401


def test_over_https_the_cookie_is_for_https_alone(settings):
    records = Records(settings.database_url)
    chosen = settings.model_copy(update={"server": Server(host="0.0.0.0")})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        app = make_app(chosen, records, Desk(chosen, records, lambda _: None))
    from assistant.people.accounts import Accounts

    Accounts(records.database).add("anna", PASSWORD)
    with TestClient(app, base_url="https://study.example", follow_redirects=False) as client:
        cookie = client.post("/sign-in", data={"name": "anna", "password": PASSWORD}).headers["set-cookie"]
        assert cookie.startswith("__Host-etude=")
        assert "Secure" in cookie
        assert client.get("/config").status_code == 200
    records.close()


def test_wrong_words_are_one_sentence_that_tells_nothing(browser):
    for name in ("anna", "nobody", "local", "", "<b>x</b>"):
        said = browser.sign_in(name, "wrong words!")
        assert said.status_code == 401
        assert WRONG in said.text
        assert "<b>x</b>" not in said.text
        assert "set-cookie" not in said.headers
    assert browser.http.post("/sign-in", content=b"a" * 20_000).status_code == 401
    assert browser.http.post("/sign-in", content=b"&".join([b"a=1"] * 50)).status_code == 401


def test_guessing_is_slowed_down_by_name_and_by_address(settings, browsers):
    with served(settings) as etude:
        guesser = browsers(etude)
        tries = [guesser.sign_in("anna", f"guess number {number}").status_code for number in range(11)]
        assert tries == [401] * 10 + [429]
        assert "Try again in 15 min." in guesser.sign_in("anna").text
        # Somebody else gets in meanwhile, and does not clear what this address has guessed.
        assert guesser.sign_in("ben").status_code == 303
        tries = [guesser.sign_in(f"name-{number}", "guess").status_code for number in range(25)]
        # The two that were refused for the name count for the address.
        assert tries == [401] * 18 + [429] * 7


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"},
    ],
)
def test_another_site_can_send_nothing(browser, headers):
    browser.sign_in("anna")
    for path in ("/sign-out", "/sign-in", "/gradio_api/queue/join", "/gradio_api/upload"):
        assert browser.http.post(path, headers=headers).status_code == 403
    assert browser.http.put("/knowledge/file?collection=a&name=b.md", headers=headers).status_code == 403
    assert browser.http.get("/gradio_api/user").json() == "anna"


def test_our_own_page_may(browser):
    own = str(browser.http.base_url).rstrip("/")
    for headers in ({"origin": own}, {"sec-fetch-site": "same-origin", "origin": "null"}, {}):
        assert browser.http.post("/sign-out", headers=headers).status_code in (303, 401)
        sent = browser.http.post("/sign-in", data={"name": "anna", "password": PASSWORD}, headers=headers)
        assert sent.status_code == 303


def test_the_form_leads_back_to_this_page_only(browser):
    for to in ("//evil.example", "https://evil.example", "\r\nx: y"):
        sent = browser.http.post("/sign-in", data={"name": "anna", "password": PASSWORD, "to": to})
        assert sent.headers["location"].startswith("/?")
    assert '"><script>' not in sign_in_html('"><script>', '"><script>', "<script>")


@pytest.mark.parametrize(
    "path", ["/metrics", "/evaluate/report/x.html", "/evaluate/compare.md", "/settings/records.jsonl"]
)
def test_what_is_for_admins_is_shut_for_others(etude, browsers, path):
    codes = {}
    for name in ("anna", "chief"):
        browser = browsers(etude)
        browser.sign_in(name)
        codes[name] = browser.http.get(path).status_code
    assert codes["anna"] == 403
    assert codes["chief"] in (200, 404)


@pytest.mark.parametrize("element", ["evaluate", "guardrails", "metrics", "prompts"])
def test_rooms_for_admins_refuse_others_inside_of_gradio_too(etude, browsers, element):
    anna, chief = browsers(etude), browsers(etude)
    anna.sign_in("anna")
    chief.sign_in("chief")
    if element == "evaluate":
        with pytest.raises(AssertionError):
            anna.event("evaluate-bridge", "step", do="runs")
    else:
        assert "Only an admin" in anna.event(f"{element}-bridge", "step", do="list")[0]
    assert "Only an admin" not in chief.event(f"{element}-bridge", "step", do="list")[0]


def test_what_is_too_large_is_not_read(settings, browsers):
    with served(settings, upload_mb=1, uploads_an_hour=2) as etude:
        anna = browsers(etude)
        anna.sign_in("anna")
        assert anna.http.post("/gradio_api/queue/join", content=b"x" * 1_000_001).status_code == 413
        chunks = (b"x" * 100_000 for _ in range(11))
        assert anna.http.post("/gradio_api/upload", content=chunks).status_code in (400, 413)
        assert "many files" in anna.http.post("/gradio_api/upload", content=b"x" * 300_000).text


def test_a_proxy_in_front_of_an_etude_that_asks_nobody_is_refused(settings):
    records = Records(settings.database_url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        app = make_app(settings, records, Desk(settings, records, lambda _: None))
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as client:
        assert client.get("/").status_code == 200
        assert client.get("/sign-in").headers["location"] == "/"
        forwarded = client.get("/", headers={"x-forwarded-for": "1.2.3.4"})
        assert forwarded.status_code == 421
        assert 'sign_in = "always"' in forwarded.text
        assert client.post("/gradio_api/queue/join", headers={"origin": "http://evil.example"}).status_code == 403
    records.close()


def test_behind_a_proxy_that_names_people(settings):
    with served(settings, names=(), header="X-User", proxies=["127.0.0.1"]) as etude:
        assert httpx.get(f"{etude.url}/gradio_api/user", headers={"X-User": "anna"}).json() == "anna"
        for headers in ({}, {"X-User": "local"}, {"X-User": "a, b"}):
            refused = httpx.get(f"{etude.url}/", headers=headers)
            assert refused.status_code == 401
            assert "proxy" in refused.text
    with served(settings, names=(), header="X-User", proxies=["10.0.0.1"]) as etude:
        assert httpx.get(f"{etude.url}/config", headers={"X-User": "anna"}).status_code == 401

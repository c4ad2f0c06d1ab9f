import pytest
from starlette.datastructures import Headers

from assistant.errors import ServerError, SettingsError
from assistant.people import LOCAL, Person
from assistant.people.access import Access, Connection
from assistant.people.limits import RateLimit
from assistant.records.database import Database
from assistant.settings import People, Server


@pytest.fixture
def database(settings):
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def access(settings, database):
    def made(host="0.0.0.0", **people):
        chosen = settings.model_copy(update={"server": Server(host=host), "people": People(**people)})
        return Access(chosen, database)

    return made


def came(peer="10.0.0.9", secure=False, cookies=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Connection(peer, Headers(named), cookies or {}, secure)


def test_on_this_machine_alone_there_is_one_person(access):
    for host in ("127.0.0.1", "::1", "localhost"):
        open_to_all = access(host)
        open_to_all.check()
        assert open_to_all.person(came()) is LOCAL
    for asks in (access(""), access("0.0.0.0"), access("192.168.1.5"), access("127.0.0.1", sign_in="always")):
        assert asks.person(came("127.0.0.1")) is None


def test_nobody_is_served_where_nobody_could_sign_in(access):
    for closed in (access("0.0.0.0"), access("127.0.0.1", sign_in="always")):
        with pytest.raises(ServerError, match=r"etude people add NAME.*ETUDE_SERVER__HOST"):
            closed.check()
    access("0.0.0.0", header="X-User", proxies=["10.0.0.0/24"]).check()
    closed.accounts.add("by-proxy", None)
    with pytest.raises(ServerError):
        closed.check()
    closed.accounts.add("anna", "four quiet music stands")
    closed.check()


def test_a_header_counts_from_a_trusted_proxy_only(access):
    behind = access(header="X-User", proxies=["10.0.0.9", "fd00::/64"])
    assert behind.person(came(X_User="anna")) == Person("anna")
    assert behind.person(came("::ffff:10.0.0.9", X_User="anna")) == Person("anna")
    for peer in ("10.0.0.8", "127.0.0.1", "", "nonsense"):
        assert behind.person(came(peer, X_User="anna")) is None
    for name in ("", "local", "an na", "anna, ben"):
        assert behind.person(came(X_User=name)) is None
    twice = Connection("10.0.0.9", Headers(raw=[(b"x-user", b"anna"), (b"x-user", b"ben")]), {}, False)
    assert behind.person(twice) is None
    assert access().person(came("127.0.0.1", X_User="anna")) is None


def test_a_header_without_proxies_and_an_address_that_is_none_are_refused(access):
    with pytest.raises(SettingsError, match=r"people\.proxies"):
        access(header="X-User")
    with pytest.raises(SettingsError, match="no address"):
        access(proxies=["the proxy"])


def test_what_a_proxy_says_of_the_browser_counts_from_a_trusted_one_only(access):
    behind, forwarded = (
        access(proxies=["10.0.0.9"]),
        {"X_Forwarded_For": "1.1.1.1, 2.2.2.2", "X_Forwarded_Proto": "https"},
    )
    assert behind.address(came(**forwarded)) == "2.2.2.2"
    assert behind.is_secure(came(**forwarded))
    assert behind.address(came("10.0.0.8", **forwarded)) == "10.0.0.8"
    assert not behind.is_secure(came("10.0.0.8", **forwarded))
    assert behind.address(came("2001:db8::1")) == behind.address(came("2001:db8::2"))


def test_a_limit_counts_each_key_and_forgets_with_time():
    seconds = [0.0]
    limit = RateLimit(2, 60, lambda: seconds[0])
    assert [limit.take("anna") for _ in range(3)] == [0, 0, 60]
    assert limit.take("ben") == 0
    seconds[0] = 59.0
    assert limit.take("anna") == 1
    seconds[0] = 60.0
    assert [limit.take("anna") for _ in range(2)] == [0, 0]
    limit.give_back("anna")
    assert limit.take("anna") == 0

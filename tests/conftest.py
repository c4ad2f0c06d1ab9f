"""Every test gets a clean environment, a home of its own, the weights that were pulled, and no network."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path

import pytest

from assistant.settings import Settings, load_settings

_BEFORE = load_settings()
WEIGHTS = list(dict.fromkeys([_BEFORE.home / "models", *_BEFORE.models_path]))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in [name for name in os.environ if name.startswith("ETUDE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ETUDE_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("ETUDE_MODELS_PATH", os.pathsep.join(map(str, WEIGHTS)))


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    with pytest.MonkeyPatch.context() as patch:
        connect, lookup = socket.socket.connect, socket.getaddrinfo

        def local_connect(self: socket.socket, address):
            if self.family != socket.AF_UNIX and not _is_local(address[0]):
                raise ConnectionRefusedError(f"tests use no network: {address}")
            return connect(self, address)

        def local_lookup(host, *rest, **options):
            if not _is_local(host):
                raise socket.gaierror(socket.EAI_NONAME, f"tests use no network: {host}")
            return lookup(host, *rest, **options)

        patch.setattr(socket.socket, "connect", local_connect)
        patch.setattr(socket, "getaddrinfo", local_lookup)
        yield


@pytest.fixture
def settings() -> Settings:
    """The settings in force, with a home that only this test uses."""
    return load_settings()


@pytest.fixture(scope="session")
def shared_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a home that lasts for the whole session, for what is costly to build; do not write to it twice."""
    return Settings(home=tmp_path_factory.mktemp("shared-home"), models_path=WEIGHTS)


@pytest.fixture
def home(settings: Settings) -> Path:
    """The home of this test."""
    return settings.home


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified

"""The databases that tests run on: SQLite always, PostgreSQL where its server's programs are installed."""

import getpass
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres():
    """The URL, without a database, of a server of our own, in a temporary folder and on a socket there."""
    programs = _programs()
    pytest.importorskip("psycopg", reason="PostgreSQL needs the extra: pip install -e '.[postgres]'")
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    # Its server refuses to run as root.
    user = getpass.getuser() if os.geteuid() else _someone_else()
    # The name of a socket has room for about a hundred bytes, which pytest's own folders may take up.
    folder = Path(tempfile.mkdtemp(prefix="etude-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)

    def run(program, *arguments):
        rights = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(
            [programs / program, "-D", folder / "data", *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
            **rights,
        )

    try:
        run("initdb", "--username=etude", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c timezone=Asia/Tokyo"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://etude@/{{database}}?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres):
    """The URL of an empty database."""
    import psycopg

    name = f"test{next(_NUMBERS)}"
    with psycopg.connect(postgres.format(database="postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield postgres.format(database=name)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def file(tmp_path):
    """A SQLite file that is not there yet, in a folder that is not there yet."""
    return tmp_path / "home" / "records.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, file):
    """The URL of an empty database of either kind."""
    return f"sqlite:///{file}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def _programs():
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


def _someone_else():
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"

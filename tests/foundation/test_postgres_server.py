"""The embedded server, tried in a folder of its own."""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from salur.foundation.postgres import wheels
from salur.foundation.postgres.account import Account
from salur.foundation.postgres.configuration import Profile, configuration
from salur.foundation.postgres.server import ADMIN, OWNER, EmbeddedServer, ServerFailed


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="salur-server-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "postgres"
        EmbeddedServer(Path(made) / "postgres").stop()


def test_data_outlives_stop_and_start(folder: Path) -> None:
    server = EmbeddedServer(folder, Profile.FAST)
    assert server.ensure() is True
    with psycopg.connect(server.url(OWNER)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS figure")
    assert server.stop() is True
    assert server.running() is False
    assert server.stop() is False
    assert server.ensure() is True
    with psycopg.connect(server.url()) as app:
        assert app.execute("SELECT figure FROM kept").fetchone() == (7,)


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from salur.foundation.postgres.server import EmbeddedServer;"
        "print(EmbeddedServer(Path(sys.argv[1])).ensure())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = sorted(process.communicate(timeout=120)[0].strip() for process in started)
    assert answers == ["False", "False", "True"]


def test_passwords_are_the_owner_of_the_folders_alone_and_differ_per_role(folder: Path) -> None:
    server = EmbeddedServer(folder, Profile.FAST)
    server.prepare_access()
    assert stat.S_IMODE((folder / "access.json").stat().st_mode) == 0o600
    assert len({server.login(role).password for role in (ADMIN, OWNER, "salur_app")}) == 3
    assert server.login(OWNER).password not in repr(server.login(OWNER))


def test_nothing_listens_on_the_network(folder: Path) -> None:
    server = EmbeddedServer(folder, Profile.FAST)
    server.ensure()
    with psycopg.connect(server.url(ADMIN, "postgres")) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_wrong_password_is_refused(folder: Path) -> None:
    server = EmbeddedServer(folder, Profile.FAST)
    server.ensure()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url(), password="guessed")


def test_a_server_that_died_with_its_machine_starts_again(folder: Path) -> None:
    server = EmbeddedServer(folder, Profile.FAST)
    server.ensure()
    mark = (folder / "data" / "postmaster.pid").read_text()
    server.stop()
    # After a restart of the container another program, here this one, may have the old number.
    (folder / "data" / "postmaster.pid").write_text("\n".join(["1", *mark.split("\n")[1:]]))
    assert server.ensure() is True


def test_data_of_another_version_is_refused_with_a_way_out(folder: Path) -> None:
    server = EmbeddedServer(folder, Profile.FAST)
    server.ensure()
    server.stop()
    (folder / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerFailed, match="pg_dump"):
        server.ensure()


def test_a_creation_that_was_interrupted_is_done_again(folder: Path) -> None:
    (folder / "data" / "base").mkdir(parents=True)
    assert EmbeddedServer(folder, Profile.FAST).ensure() is True


def test_a_long_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / ("long" * 30))
    assert len(str(server.socket_folder)) < 80
    assert server.socket_folder == EmbeddedServer(tmp_path / ("long" * 30)).socket_folder


def test_the_other_carrier_is_one_line_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "CARRIERS", wheels.CARRIERS[::-1])
    assert EmbeddedServer(folder, Profile.FAST).ensure() is True


def test_programs_in_a_folder_closed_to_the_servers_user_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = wheels.installation().parent
    monkeypatch.setattr(Account, "can_enter", lambda _, asked: not asked.is_relative_to(package))
    server = EmbeddedServer(folder, Profile.FAST)
    assert server.ensure() is True
    assert (folder / "programs" / package.name).is_dir()
    with psycopg.connect(server.url()) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_without_any_carrier_the_error_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "CARRIERS", (("no_such_module", "pginstall"),))
    with pytest.raises(wheels.NoPrograms, match="DATABASE_URL"):
        wheels.installation()


def test_only_the_profile_for_tests_gives_up_durability() -> None:
    assert "fsync = 'off'" in configuration(Profile.FAST, Path("/run/x"))
    assert "fsync" not in configuration(Profile.DURABLE, Path("/run/x"))
    assert "synchronous_commit = 'on'" in configuration(Profile.DURABLE, Path("/run/x"))

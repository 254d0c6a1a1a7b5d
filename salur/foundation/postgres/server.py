"""The embedded PostgreSQL: one server for a folder, shared by every process that uses that folder.

It listens on a Unix socket only, in a folder of its own, and every role has a random password, so nothing is
reachable over a network and no port can be taken. Whoever needs it calls :meth:`EmbeddedServer.ensure`; a file lock
lets exactly one process create and start it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from salur.foundation.postgres import roles, wheels
from salur.foundation.postgres.account import Account, server_account
from salur.foundation.postgres.configuration import Profile, configuration

ADMIN, OWNER, APP = "salur_admin", "salur_owner", "salur_app"
DATABASE = "salur"
PORT = 5432  # part of the socket's name only; nothing listens on TCP
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have about 100 characters


class ServerFailed(Exception):
    """The embedded server could not be created or started; the text says why and what to do."""


class EmbeddedServer:
    """The PostgreSQL server that lives in ``folder``."""

    def __init__(self, folder: Path, profile: Profile = Profile.DURABLE) -> None:
        self.folder = folder
        self.profile = profile
        self.data = folder / "data"
        self._access = folder / "access.json"

    # -- addresses -------------------------------------------------------------------------------------------------

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: beside the data, or under the system's temporary folder if that path is too long."""
        beside = self.folder / "run"
        if len(str(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"salur-{digest}"

    def login(self, role: str) -> roles.Login:
        """Name and password of ``salur_admin``, ``salur_owner`` or ``salur_app``; empty before the first start."""
        return roles.Login(role, self._passwords().get(role, ""))

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """The connection URL of ``role``."""
        login = self.login(role)
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{login.name}:{login.password}@/{database}?host={host}&port={PORT}"

    def prepare_access(self) -> None:
        """Make the folder and the passwords, so that the URLs are known before the server runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not self._access.exists():
                self._save({role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER, APP)})

    # -- life ------------------------------------------------------------------------------------------------------

    def running(self) -> bool:
        """Whether a server answers on the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def ensure(self) -> bool:
        """Create the server if it is new and start it if it does not run; True if this call started it."""
        self.prepare_access()
        with self._locked():
            if self.running():
                return False
            account = server_account()
            self._refuse_unreachable(account)
            programs = self._programs(account)
            is_new = not (self.data / "PG_VERSION").exists()
            if is_new:
                self._create(account, programs)
            self._start(account, programs)
            if is_new or not (self.folder / "prepared").exists():
                roles.prepare(
                    self.url(ADMIN, "postgres"), database=DATABASE, owner=self.login(OWNER), app=self.login(APP)
                )
                (self.folder / "prepared").touch()
        return True

    def stop(self) -> bool:
        """Stop the server, ending its connections; False if it was not running."""
        if not self.folder.exists():
            return False
        with self._locked():
            if not self.running():
                return False
            account = server_account()
            self._run(account, self._programs(account), "pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")
        return True

    # -- steps -----------------------------------------------------------------------------------------------------

    def _create(self, account: Account, programs: Path) -> None:
        if self.data.exists():
            shutil.rmtree(self.data)  # the remains of a creation that was interrupted: no PG_VERSION, no data
        self.data.mkdir(mode=0o700)
        account.hand_over(self.data)
        with tempfile.NamedTemporaryFile("w", prefix="salur-") as password:
            password.write(self.login(ADMIN).password)
            password.flush()
            account.hand_over(Path(password.name))
            self._run(
                account, programs, "initdb", "-D", str(self.data), "--username", ADMIN, "--pwfile", password.name,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
                "--no-instructions",
            )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("include 'salur.conf'\n")

    def _start(self, account: Account, programs: Path) -> None:
        self._refuse_other_version(programs)
        self._forget_dead_server()
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        account.hand_over(self.socket_folder)
        settings = self.data / "salur.conf"
        settings.write_text(configuration(self.profile, self.socket_folder), encoding="utf-8")
        account.hand_over(settings)
        self._run(
            account, programs, "pg_ctl", "-D", str(self.data), "-l", str(self.data / "startup.log"),
            "-w", "-t", "120", "start",
        )  # fmt: skip

    def _run(self, account: Account, programs: Path, program: str, *arguments: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        done = subprocess.run(
            [str(programs / program), *arguments],
            cwd=self.data,
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **account.process_arguments(),
        )
        if done.returncode != 0:
            raise ServerFailed(
                f"The embedded PostgreSQL failed in {program}: {done.stderr.strip() or done.stdout.strip()}\n"
                f"{self._log_tail()}"
            )

    def _programs(self, account: Account) -> Path:
        """The programs' folder; a copy where the server's user may not enter the package's own folder."""
        packaged = wheels.installation()
        if account.can_enter(packaged / "bin"):
            return packaged / "bin"
        copy = self.folder / "programs"
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            wheels.copy_installation(copy)
            (copy / "complete").touch()
        return copy / packaged.parent.name / packaged.name / "bin"

    def _refuse_unreachable(self, account: Account) -> None:
        if not account.can_enter(self.folder):
            raise ServerFailed(
                f"PostgreSQL does not run as root, and its user may not enter {self.folder}. Set SALUR_HOME to a "
                "folder outside root's home, such as /var/lib/salur, or run Salur as an ordinary user."
            )

    def _refuse_other_version(self, programs: Path) -> None:
        stored = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        installed = answer.stdout.split()[-1].split(".")[0]
        if stored != installed:
            raise ServerFailed(
                f"The data in {self.data} is of PostgreSQL {stored}, the installed server is {installed}. Install the "
                "earlier Salur again, dump the database (pg_dump), and load it into the new one."
            )

    def _forget_dead_server(self) -> None:
        """Remove the mark of a server that died with its machine or container, if another program has its number now.

        PostgreSQL itself removes the mark only where no process at all has that number.
        """
        mark = self.data / "postmaster.pid"
        if not mark.exists():
            return
        command = Path("/proc") / mark.read_text().split("\n", 1)[0].strip() / "comm"
        if command.exists() and command.read_text().strip() != "postgres":
            mark.unlink()

    def _log_tail(self) -> str:
        log = self.data / "startup.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-10:]) if log.exists() else ""

    # -- files -----------------------------------------------------------------------------------------------------

    def _passwords(self) -> dict[str, str]:
        if not self._access.exists():
            return {}
        return {str(k): str(v) for k, v in json.loads(self._access.read_text()).items()}

    def _save(self, passwords: dict[str, str]) -> None:
        draft = self._access.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(passwords, file)
        draft.replace(self._access)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

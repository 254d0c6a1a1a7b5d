"""Which operating-system user runs the embedded server: ourselves, or another one where we are root.

PostgreSQL refuses to run as root. As root we therefore start it as an existing unprivileged user; no user is
created and no folder outside Salur's own has its permissions changed.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

CANDIDATES = ("salur", "postgres", "nobody")
"""Users that the server may run as when Salur itself runs as root, in this order."""


class NoAccount(Exception):
    """Salur runs as root and no unprivileged user exists to run the server."""


class ProcessUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The server's user. ``switch`` is False where it is the user that we already are."""

    uid: int
    gid: int
    switch: bool

    def process_arguments(self) -> ProcessUser:
        """Arguments for ``subprocess.run`` that make the program run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def hand_over(self, path: Path) -> None:
        """Give ``path`` to the server's user."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the server's user may pass through ``folder`` and every folder above it."""
        if not self.switch:
            return True
        resolved = folder.resolve()
        return all(self._may_pass(step) for step in (resolved, *resolved.parents) if step.exists())

    def _may_pass(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & 0o100)
        return bool(facts.st_mode & (0o010 if facts.st_gid == self.gid else 0o001))


def server_account() -> Account:
    """The user to run the server as; raises :class:`NoAccount`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise NoAccount(
        "PostgreSQL does not run as root and none of these users exists: "
        f"{', '.join(CANDIDATES)}. Create one (useradd --system salur), or run Salur as an ordinary user."
    )

"""Wall time, CPU time of this process and of the database's processes, and the most memory that was held."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


def report(name: str, value: float | None, unit: str, n: int, **details: Any) -> None:
    """Print one figure."""
    rounded = {key: _rounded(item) for key, item in (details | {"load": load()}).items()}
    print(json.dumps({"name": name, "value": _rounded(value), "unit": unit, "n": n, **rounded}), flush=True)


def _rounded(item: Any) -> Any:
    return float(f"{item:.4g}") if isinstance(item, float) else item


@dataclass
class Spent:
    """Seconds spent; the database's are None where the server's processes cannot be seen.

    ``database_cpu`` is that of all its processes, ``backend_cpu`` of those that still serve a connection at the end.
    """

    wall: float = 0.0
    cpu: float = 0.0
    database_cpu: float | None = None
    backend_cpu: float | None = None
    _server: int | None = field(default=None, repr=False)


@contextmanager
def measured() -> Iterator[Spent]:
    """What the block spends; read the answer after the block."""
    spent = Spent(_server=_postmaster())
    before = _database_cpu(spent._server)
    cpu, wall = _own_cpu(), time.perf_counter()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - wall, _own_cpu() - cpu
    after = _database_cpu(spent._server)
    if before is not None and after is not None:
        spent.database_cpu, spent.backend_cpu = after[0] - before[0], after[1] - before[1]


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def tree_cpu(root: int) -> float | None:
    """CPU seconds of a process and of those that it started; None where they cannot be seen."""
    if not Path("/proc/self/stat").exists():
        return None
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            parents[int(entry.name)], ticks[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    tree = {root}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(ticks.get(pid, 0) for pid in tree) / TICKS


def load() -> float:
    """The machine's load average of the last minute: what else was at work."""
    return os.getloadavg()[0]


def peak_mb() -> float:
    """Most memory this process ever held, in MB (of its own: not what a parent held before it)."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _postmaster() -> int | None:
    from django.conf import settings

    mark = settings.SALUR.postgres_folder / "data" / "postmaster.pid"
    if not settings.SALUR.embedded or not mark.exists() or not Path("/proc/self/stat").exists():
        return None
    return int(mark.read_text().split("\n", 1)[0])


BACKGROUND = ("autovacuum", "checkpointer", "background writer", "walwriter", "io worker", "logical", "logger")


def _database_cpu(server: int | None) -> tuple[float, float] | None:
    """Seconds of the server with all its processes, those that have ended too; and of its living backends alone."""
    if server is None:
        return None
    ticks = backends = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            title = (entry / "cmdline").read_text()
        except OSError:
            continue  # it ended meanwhile
        if int(entry.name) == server:
            ticks += sum(map(int, fields[11:15]))  # own time and that of children that ended
        elif int(fields[1]) == server:
            ticks += int(fields[11]) + int(fields[12])
            if not any(name in title for name in BACKGROUND):
                backends += int(fields[11]) + int(fields[12])
    return ticks / TICKS, backends / TICKS

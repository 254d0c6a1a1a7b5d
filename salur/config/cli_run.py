"""``salur web``, ``worker``, ``sandbox``: the three kinds of process, each alone; ``salur up`` runs them together."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from salur.config.boot import start_database, start_django, stop_database
from salur.config.cli_manage import refuse_missing_owner, refuse_old_tables, run_migrate
from salur.config.environment import Environment

if TYPE_CHECKING:
    from salur.config.supervisor import Supervisor

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the commands."""
    up = commands.add_parser("up", help="database, tables, web and worker, all in one; Ctrl-C ends them")
    add_address(up)
    up.add_argument("--sandbox", action="store_true", help="the simulated partners as well")
    up.add_argument("--sandbox-port", type=int, default=8800, help="port of the simulated partners (8800)")
    up.set_defaults(run=_up)
    web = commands.add_parser("web", help="serve pages, API and webhooks")
    add_address(web)
    web.add_argument("--processes", type=int, default=1, metavar="N", help="serve with so many processes (1)")
    web.set_defaults(run=_web)
    worker = commands.add_parser("worker", help="work off what is due; start as many as you like")
    worker.add_argument("--concurrency", type=int, default=8, help="jobs at the same time (8)")
    worker.add_argument("--queue", action="append", metavar="NAME", help="only this queue; may be repeated")
    worker.add_argument("--once", action="store_true", help="end when nothing is left to do")
    worker.set_defaults(run=_worker)
    sandbox = commands.add_parser("sandbox", help="run the simulated partners")
    sandbox.set_defaults(run=_sandbox)


def add_address(command: argparse.ArgumentParser) -> None:
    """Add ``--host`` and ``--port``."""
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, help="port to listen on (default: that of SALUR_BASE_URL, or 8000)")


def chosen_port(chosen: argparse.Namespace, environment: Environment) -> int:
    """The port asked for, or the one in the base URL."""
    return int(chosen.port) if chosen.port is not None else urlsplit(environment.base_url).port or 8000


def _up(chosen: argparse.Namespace) -> int:
    from salur.config.supervisor import Supervisor  # POSIX signals

    if chosen.port is not None:
        os.environ.setdefault("SALUR_BASE_URL", f"http://{_reachable(chosen.host)}:{chosen.port}")
    environment, started = start_database()
    try:
        refuse_missing_owner(environment)
        if run_migrate(verbosity=0):
            return 1
        children = Supervisor()
        port = chosen_port(chosen, environment)
        try:
            children.start("web", ["web", "--host", chosen.host, "--port", str(port)])
            children.start("worker", ["worker"], again=True)
            if chosen.sandbox:
                children.start("sandbox", ["sandbox", "--port", str(chosen.sandbox_port)], quiet=True)
            _announce(children, chosen, environment, port)
            ended = children.wait()
        finally:
            children.stop()
    finally:
        if started:
            stop_database(environment)
    if ended is not None:
        print(f"salur: {ended} ended by itself, so everything was ended", file=sys.stderr)
        return 1
    return 0


def _reachable(host: str) -> str:
    """An address at which this machine reaches what listens on ``host``."""
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # compared, not listened on


def _announce(children: Supervisor, chosen: argparse.Namespace, environment: Environment, port: int) -> None:
    """Say where Salur is once it answers; a web process that ends first is reported by the supervisor."""
    while children.running("web"):
        try:
            socket.create_connection((_reachable(chosen.host), port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
            continue
        print(f"Salur is at {environment.base_url} (Ctrl-C ends it)", flush=True)
        if chosen.sandbox:
            print(f"The simulated partners are at http://127.0.0.1:{chosen.sandbox_port}", flush=True)
        return


def _web(chosen: argparse.Namespace) -> int:
    environment = start_django()
    refuse_old_tables()
    import uvicorn

    uvicorn.run(
        "salur.config.asgi:application",
        host=chosen.host,
        port=chosen_port(chosen, environment),
        log_config=None,  # ours is set already
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        workers=max(1, chosen.processes),
    )
    return 0


def _worker(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.flows import worker

    return worker.run(concurrency=chosen.concurrency, queues=chosen.queue, wait=not chosen.once)


def _sandbox(chosen: argparse.Namespace) -> int:
    from salur.sandbox import server

    return server.main(chosen.arguments, announce=_announce_sandbox)


def _announce_sandbox(url: str) -> None:
    print(f"The simulated partners are at {url} (Ctrl-C ends them)", flush=True)
    print(
        "That page shows what to type into each partner's forms, and does what the partners' people would do.",
        flush=True,
    )

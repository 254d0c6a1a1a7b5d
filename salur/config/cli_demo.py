"""``salur demo``: the main job on real input, over real HTTP, from one command."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from salur.config.boot import start_database, start_django, stop_database
from salur.config.cli_manage import refuse_missing_owner, run_migrate

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the command."""
    demo = commands.add_parser("demo", help="a merchant, a store, a warehouse and 1,250 orders, start to end")
    demo.add_argument("--once", action="store_true", help="end by itself; exit code 0 only if all went as it should")
    demo.add_argument("--orders", type=int, default=200, help="orders to synchronise (200)")
    demo.add_argument("--csv-orders", type=int, default=1000, help="orders to import from a file (1000)")
    demo.add_argument("--shopify-orders", type=int, default=50, help="orders from a Shopify export (50)")
    demo.add_argument("--port", type=int, help="port of the page (8000, or a free one)")
    demo.add_argument("--patience", type=int, default=600, help="seconds after which unfinished orders count as stuck")
    demo.set_defaults(run=_demo)


def free_port(wanted: int | None) -> int:
    """``wanted`` (0: any), else 8000 if nothing listens there, or any free port."""
    for port in (8000, 0) if wanted is None else (wanted,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit(f"port {wanted} is taken: name another with --port")


def simulated_apps(sandbox: str) -> dict[str, dict[str, str]]:
    """The installation's own applications at the simulated partners (R24), for quick authorisation by hand.

    They follow from the seed that a sandbox begins with and its address, so they are known before it runs. Real ones
    would be of no use here, and must not be sent to a simulation.
    """
    from salur.sandbox.partners import PARTNERS
    from salur.sandbox.world import World

    world = World(PARTNERS)
    known = {one.name: one.control(world.now(one.name)).credentials(sandbox) for one in PARTNERS}
    return {name: values["app"] for name, values in known.items() if "app" in values}


def _demo(chosen: argparse.Namespace) -> int:
    """Without DATABASE_URL or SALUR_HOME the demo has a home of its own, gone when it ends."""
    own = not os.environ.get("SALUR_HOME") and not os.environ.get("DATABASE_URL")
    if own:
        home = Path(tempfile.mkdtemp(prefix="salur-demo-"))
        home.chmod(0o755)  # the embedded server's user passes through
        os.environ["SALUR_HOME"] = str(home)
    port = free_port(chosen.port)
    os.environ.setdefault("SALUR_LOG_LEVEL", "WARNING")  # the story is told by the demo itself
    os.environ["SALUR_BASE_URL"] = f"http://127.0.0.1:{port}"
    sandbox_port = free_port(0)
    os.environ["SALUR_PARTNER_APPS"] = json.dumps(simulated_apps(f"http://127.0.0.1:{sandbox_port}"))
    environment, started = start_database()
    try:
        refuse_missing_owner(environment)
        if run_migrate(verbosity=0):
            return 1
        start_django()
        from salur.config.demo import run_demo

        return run_demo(chosen, port, sandbox_port)
    finally:
        if started:
            stop_database(environment)
        if own:
            shutil.rmtree(os.environ["SALUR_HOME"], ignore_errors=True)

"""``salur web``, ``worker``, ``sandbox``: the three kinds of process, each alone; ``salur up`` runs them together."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from salur.config.boot import start_django

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the commands."""
    web = commands.add_parser("web", help="serve pages, API and webhooks")
    add_address(web)
    web.set_defaults(run=_web)
    worker = commands.add_parser("worker", help="work off what is due; start as many as you like")
    worker.set_defaults(run=_worker)
    sandbox = commands.add_parser("sandbox", help="run the simulated partners")
    sandbox.set_defaults(run=_sandbox)


def add_address(command: argparse.ArgumentParser) -> None:
    """Add ``--host`` and ``--port``."""
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, help="port to listen on (default: that of SALUR_BASE_URL, or 8000)")


def _web(chosen: argparse.Namespace) -> int:
    environment = start_django()
    import uvicorn

    port = chosen.port if chosen.port is not None else urlsplit(environment.base_url).port or 8000
    uvicorn.run(
        "salur.config.asgi:application",
        host=chosen.host,
        port=port,
        log_config=None,  # ours is set already
        access_log=False,
        lifespan="off",
        proxy_headers=False,
    )
    return 0


def _worker(chosen: argparse.Namespace) -> int:
    start_django()
    from salur.flows import worker

    return int(worker.run(chosen.arguments) or 0)


def _sandbox(chosen: argparse.Namespace) -> int:
    from salur.sandbox import server

    return int(server.main(chosen.arguments) or 0)

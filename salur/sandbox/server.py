"""The sandbox as an ASGI application and as a process."""

import argparse
import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from salur.sandbox.control.routes import ControlApi
from salur.sandbox.engine.exchange import RAW_SEND
from salur.sandbox.pages.routes import Pages
from salur.sandbox.partners import PARTNERS
from salur.sandbox.world import World


class Sandbox(Starlette):
    """Keeps the server's own ``send`` where a cut connection can be made of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI call."""
        scope[RAW_SEND] = send
        await super().__call__(scope, receive, send)


def create_app(seed: int = 1) -> Starlette:
    """A sandbox of its own: one account at every partner, no orders."""
    world = World(PARTNERS, seed)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(world.run()), asyncio.create_task(world.deliver())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await world.close()

    control = ControlApi(world).routes()
    app = Sandbox(
        lifespan=lifespan,
        routes=[
            *(Mount(f"/{one.name}", routes=one.routes(world.now(one.name))) for one in PARTNERS),
            Mount("/_control", routes=control),
            Mount("/", routes=Pages(control).routes()),
        ],
    )
    app.state.world = world
    return app


def announce_json(url: str) -> None:
    """One JSON line, for programs that start a sandbox of their own."""
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()


class _Announcing(uvicorn.Server):
    """Tells its address when it is ready."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for one in sockets or []:
            host, port = one.getsockname()[:2]
            self._announce(f"http://{host}:{port}")


def main(argv: Sequence[str], announce: Callable[[str], None] = announce_json) -> int:
    """Serve until interrupted; port 0 picks a free one. ``announce`` is told the address."""
    parser = argparse.ArgumentParser(prog="python -m salur.sandbox", description="Simulated partners")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log-level", default="warning")
    options = parser.parse_args(argv)
    # The protocol is named because asyncio switches Nagle off only then; else each POST takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as problem:
        sys.stderr.write(f"cannot listen on {options.host}:{options.port}: {problem}\n")
        return 1
    config = uvicorn.Config(
        create_app(options.seed),
        access_log=False,
        log_level=options.log_level,
        timeout_graceful_shutdown=1,
        backlog=512,
    )
    server = _Announcing(config, announce)
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0

"""Fixtures for the web application: ``client`` in the same process, ``live_web`` over real HTTP, ``settings``."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from tests.harness.database import Database


@dataclass(frozen=True)
class LiveWeb:
    """A web server that answers on ``url``."""

    url: str


@pytest.fixture
def client(db: Database) -> Any:
    """Django's test client."""
    from django.test import Client

    return Client()


class SettingsForTest:
    """Assign an attribute to change a Django setting; it changes back after the test."""

    def __init__(self) -> None:
        self.__dict__["_overrides"] = []

    def __setattr__(self, name: str, value: Any) -> None:
        from django.test import override_settings

        override = override_settings(**{name: value})
        override.enable()
        self.__dict__["_overrides"].append(override)

    def __getattr__(self, name: str) -> Any:
        from django.conf import settings

        return getattr(settings, name)

    def undo(self) -> None:
        """Change everything back, last change first."""
        for override in reversed(self.__dict__["_overrides"]):
            override.disable()


@pytest.fixture
def settings() -> Iterator[SettingsForTest]:
    """Django's settings, changeable for one test."""
    changeable = SettingsForTest()
    yield changeable
    changeable.undo()


@pytest.fixture(scope="session")
def web_server(database: Database) -> Iterator[LiveWeb]:
    """The web server of the session. Tests ask for ``live_web``, which cleans the database first."""
    from salur.config.asgi import application

    # The protocol is named because asyncio sends small answers at once only then.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="live-web")
        thread.start()
        yield LiveWeb(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def live_web(db: Database, web_server: LiveWeb) -> LiveWeb:
    """The web application over real HTTP, on a clean database."""
    return web_server

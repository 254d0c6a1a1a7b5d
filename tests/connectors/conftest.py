"""The simulated partners for connector tests: a process of its own, real HTTP, no database, no Django."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.transport import Exchange, HttpTransport
from salur.connectors.base.types import Credentials
from salur.connectors.stores.shopee.connector import ShopeeConnector
from salur.connectors.warehouses.eccang.connector import EccangConnector


@dataclass
class Partners:
    """The running sandbox, its control API and what was sent to it."""

    url: str
    client: httpx.Client
    exchanges: list[Exchange] = field(default_factory=list)

    def control(self, path: str, body: object = None, method: str = "POST") -> Any:
        """Call the control API."""
        answer = self.client.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.is_success, f"{path}: {answer.text[:500]}"
        return answer.json()

    def look(self, path: str) -> Any:
        """Read the control API."""
        return self.control(path, method="GET")

    def fault(self, partner: str, operation: str, kind: str, **more: object) -> None:
        """Switch a fault on, for one call unless told otherwise."""
        self.control("faults", {"partner": partner, "operation": operation, "kind": kind, "times": 1, **more})

    def transport(self, deadline: float = 20.0) -> HttpTransport:
        """The transport that connectors use in earnest."""
        return HttpTransport(self.client, deadline, self.exchanges.append, lambda body: body)

    def shopee(self, deadline: float = 20.0, **changes: str) -> ShopeeConnector:
        """A connector for the sandbox's shop, with fresh tokens."""
        known = self.look("credentials")["shopee"]
        tokens = self.control("shopee/tokens", {"shop_id": known["shop_id"]})
        names = ("base_url", "partner_id", "partner_key", "push_key", "shop_id")
        values = {name: str(known[name]) for name in names}
        values |= {name: str(tokens[name]) for name in ("access_token", "refresh_token")}
        return ShopeeConnector(Credentials(values | changes), self.transport(deadline))

    def warehouse(self, plugin: Plugin, deadline: float = 20.0, **changes: str) -> Any:
        """A connector for the sandbox's account of this partner, with the values that its form would be given."""
        known = self.look("credentials")[plugin.name]
        values = {**known["form"], **known.get("settings", {}), **known.get("tokens", {}), **changes}
        build: Any = plugin.build
        return build(Credentials({key: str(value) for key, value in values.items()}), self.transport(deadline))

    def store(self, plugin: Plugin, deadline: float = 20.0, **changes: str) -> Any:
        """A connector for the sandbox's first shop of this channel, as the form and a login would have left it."""
        known = self.look("credentials")[plugin.name]
        tokens = self.control(f"{plugin.name}/tokens", {})
        values = {**known["form"], **known.get("settings", {}), **tokens, **changes}
        build: Any = plugin.build
        return build(Credentials({key: str(value) for key, value in values.items()}), self.transport(deadline))

    def eccang(self, deadline: float = 20.0, **changes: str) -> EccangConnector:
        """A connector for the sandbox's warehouse account."""
        known = self.look("credentials")["eccang"]
        names = ("base_url", "app_token", "app_key", "customer_code")
        values = {name: str(known[name]) for name in names} | {"shipping_method": "OWN_LABEL"}
        return EccangConnector(Credentials(values | changes), self.transport(deadline))


@pytest.fixture(scope="session")
def partners_process() -> Iterator[str]:
    """The sandbox's address."""
    command = [sys.executable, "-m", "salur.sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def http_client() -> Iterator[httpx.Client]:
    """One client, as a worker has it."""
    with httpx.Client(timeout=30) as client:
        yield client


@pytest.fixture
def partners(partners_process: str, http_client: httpx.Client) -> Partners:
    """The sandbox without anything of an earlier test, quick in what it does by itself."""
    running = Partners(partners_process, http_client)
    running.control("reset", {})
    running.control("settings", {"shopee": {"tracking_seconds": 0, "document_seconds": 0}})
    return running


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Ask again until the answer is true; the sandbox moves by its own clock."""

    def ask(question: Callable[[], Any]) -> Any:
        for _ in range(600):
            if answer := question():
                return answer
            time.sleep(0.05)
        raise AssertionError("it did not happen within thirty seconds")

    return ask

"""The simulated partner in Salur's sandbox, driven through the sandbox's uniform control over HTTP."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from .checks import Power
from .rig import BareRig, Row

WAREHOUSE_POWERS = frozenset(Power) - {Power.ORDERS, Power.SHOPS}


class NoSandbox(RuntimeError):
    """The sandbox does not answer, or does not know the partner; the text says which."""


class SandboxRig(BareRig):
    """One partner of a running sandbox."""

    def __init__(self, partner: str, url: str, powers: frozenset[Power] = WAREHOUSE_POWERS) -> None:
        self.partner = partner
        self.name = f"the sandbox's {partner}"
        self.url = url.rstrip("/")
        self.powers = powers
        self._client = httpx.Client(timeout=30, trust_env=False)
        self._tokens: tuple[str, ...] | None = ("access_token", "refresh_token")
        try:
            known = self._control("credentials", method="GET")
        except httpx.HTTPError as error:
            raise NoSandbox(f"no sandbox answers at {self.url}: {error}") from error
        if partner not in known:
            raise NoSandbox(f"the sandbox has no partner {partner}; it has {', '.join(sorted(known))}")

    def close(self) -> None:
        """Close the connections to control."""
        self._client.close()

    def _control(self, path: str, body: object = None, method: str = "POST") -> Any:
        answer = self._client.request(method, f"{self.url}/_control/{path}", json=body)
        if not answer.is_success:
            raise httpx.HTTPStatusError(f"{path}: {answer.text[:300]}", request=answer.request, response=answer)
        return answer.json()

    def _asked(self, path: str, body: object) -> bool:
        """Whether control did it: what it does not have (404) or takes for wrong (400) is no."""
        try:
            self._control(path, body)
        except httpx.HTTPStatusError as error:
            if error.response.status_code in (400, 404, 405):
                return False
            raise
        return True

    def credentials(self) -> Mapping[str, str]:
        """What a hub is configured with, and tokens where the partner gives any."""
        return {**values_of(self._control("credentials", method="GET")[self.partner]), **self._issued({})}

    def _issued(self, whose: Mapping[str, str]) -> dict[str, str]:
        if self._tokens is None:
            return {}
        answer = self._client.post(f"{self.url}/_control/{self.partner}/tokens", json=dict(whose))
        if not answer.is_success:
            self._tokens = None  # a partner whose keys are all there is
            return {}
        return {key: str(value) for key, value in answer.json().items() if key in self._tokens}

    def fresh(self) -> None:
        """An empty sandbox."""
        self._control("reset", {})

    def outbound(self, reference: str) -> Row | None:
        """See :class:`~.rig.Rig`."""
        return _living(self._control(f"{self.partner}/orders", method="GET")["orders"], reference)

    def inbound(self, reference: str) -> Row | None:
        """See :class:`~.rig.Rig`."""
        return _living(self._control(f"{self.partner}/inbounds", method="GET")["inbounds"], reference)

    def counts(self) -> Mapping[str, Mapping[str, Any]]:
        """See :class:`~.rig.Rig`."""
        found: Mapping[str, Mapping[str, Any]] = self._control("counts", method="GET")[self.partner]
        return found

    def fault(self, operation: str, kind: str, **more: object) -> None:
        """See :class:`~.rig.Rig`."""
        self._control("faults", {"partner": self.partner, "operation": operation, "kind": kind, "times": 1, **more})

    def forgive(self) -> None:
        """See :class:`~.rig.Rig`."""
        self._control("faults", method="DELETE")

    def move_outbound(self, reference: str, status: str, *, raw: bool = False) -> bool:
        """See :class:`~.rig.Rig`."""
        return self._asked(f"{self.partner}/orders/{reference}/status", _state(status, raw))

    def move_inbound(
        self, reference: str, status: str, received: Mapping[str, int] | None = None, *, raw: bool = False
    ) -> bool:
        """See :class:`~.rig.Rig`."""
        body = _state(status, raw)
        if received is not None:
            body["quantities"] = dict(received)
        return self._asked(f"{self.partner}/inbounds/{reference}/status", body)

    def set_stock(self, stock: Mapping[str, int], warehouse: str) -> None:
        """See :class:`~.rig.Rig`."""
        self._control(f"{self.partner}/products", {"skus": list(stock)})
        self._asked(f"{self.partner}/stock", {"stock": dict(stock), "warehouse": warehouse})

    def stock(self, warehouse: str) -> Mapping[str, int]:
        """See :class:`~.rig.Rig`."""
        rows = self._control(f"{self.partner}/stock", method="GET")["stock"]
        return {row["sku"]: row["sellable"] for row in rows if row["warehouse"] == warehouse}

    def advance(self, seconds: float) -> None:
        """See :class:`~.rig.Rig`."""
        self._control("clock", {"advance": seconds})

    def another_account(self) -> Mapping[str, str]:
        """See :class:`~.rig.Rig`."""
        made = values_of(self._control(f"{self.partner}/accounts", {"customer_code": "KIT0002"}))
        return {**made, **self._issued({"pin": made["pin"]} if "pin" in made else {})}

    def subscribe(self, url: str) -> bool:
        """See :class:`~.rig.Rig`."""
        if self._asked(f"{self.partner}/subscriptions", {"callback_url": url}):
            return True
        # Where a box at the login decides, the address is the application's.
        return self._asked(f"{self.partner}/tokens", {"subscribe": True}) and self._asked(
            f"{self.partner}/callback", {"url": url}
        )

    def end_access(self) -> bool:
        """See :class:`~.rig.Rig`."""
        return self._asked(f"{self.partner}/tokens", {"expire": "access"})

    def turn(self, knob: str, value: object) -> bool:
        """See :class:`~.rig.Rig`."""
        return self._asked("settings", {self.partner: {knob: value}})


def _state(status: str, raw: bool) -> dict[str, object]:
    return {"status": status, "raw": True} if raw else {"status": status}


def _living(rows: list[Row], wanted: str) -> Row | None:
    """The last row of that reference or number; one reference voided and made anew has several."""
    found = [row for row in rows if wanted in (row["reference"], row["number"])]
    return found[-1] if found else None


def values_of(given: Mapping[str, Any]) -> dict[str, str]:
    parts = [given.get(part) or {} for part in ("form", "hub", "settings", "tokens")]
    return {str(key): str(value) for part in parts for key, value in part.items()}


@contextlib.contextmanager
def own_sandbox() -> Iterator[str]:
    """The address of a sandbox of one's own, gone afterwards."""
    command = [sys.executable, "-m", "salur.sandbox", "--port", "0", "--log-level", "critical"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        line = process.stdout.readline()
        try:
            if not line:
                raise NoSandbox("the sandbox did not start")
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()

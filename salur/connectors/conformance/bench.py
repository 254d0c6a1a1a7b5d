"""What every check works with: connectors over the hub's own transport, and everything they sent and raised."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from salur.connectors.base.capabilities import AuthMode, FormField, Plugin, WarehouseCapabilities
from salur.connectors.base.errors import PartnerError
from salur.connectors.base.transport import Answer, Call, Exchange, HttpTransport, Redactor
from salur.connectors.base.types import Credentials

from .checks import Bypass, Fails, Power
from .rig import Rig

MakesRedactor = Callable[[Iterable[str], Iterable[str]], Redactor]
"""From names of fields and from secret values to a function that masks both (the hub's own)."""

TOKENS = frozenset({"access_token", "refresh_token"})
PATIENCE = 30.0  # seconds that a condition at the partner is waited for


@dataclass(slots=True)
class Outcome:
    """What a call ended with."""

    value: Any = None
    error: PartnerError | None = None

    def __str__(self) -> str:
        if self.error is None:
            return f"answered {self.value!r}"[:300]
        more = f", field {self.error.field}" if self.error.field else ""
        return f"raised {self.error}{more}"[:300]


class Tap:
    """Keeps each call as the connector made it, and passes it on to the hub's transport."""

    def __init__(self, onward: HttpTransport, calls: list[Call]) -> None:
        self._onward = onward
        self._calls = calls

    def send(self, call: Call) -> Answer:
        """See :class:`salur.connectors.base.transport.Transport`."""
        self._calls.append(call)
        return self._onward.send(call)


class Watched:
    """A connector whose every exception is noted: only partner errors may come out of it."""

    def __init__(self, connector: Any, strays: list[str]) -> None:
        self.connector = connector
        self._strays = strays

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.connector, name)
        if not callable(found):
            return found

        def watched(*args: Any, **kwargs: Any) -> Any:
            try:
                return found(*args, **kwargs)
            except PartnerError:
                raise
            except Exception as error:
                stray = f"{name} raised {type(error).__name__}: {error}"[:300]
                self._strays.append(stray)
                raise Fails(stray, "an error class of salur.connectors.base.errors") from error

        return watched


@dataclass
class Bench:
    """One connector at one rig. ``contracts`` is the folder that holds ``NAME/statuses.csv``, where there is one."""

    plugin: Plugin
    rig: Rig
    redactor: MakesRedactor
    contracts: Path | None = None
    client: httpx.Client = field(default_factory=lambda: _client())
    exchanges: list[Exchange] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _run: str = field(default_factory=lambda: secrets.token_hex(3).upper())

    @property
    def can(self) -> WarehouseCapabilities:
        """The capabilities of a warehouse connector."""
        if not isinstance(self.plugin.capabilities, WarehouseCapabilities):
            raise Bypass("this check is for warehouses")
        return self.plugin.capabilities

    def begin(self) -> None:
        """Before each check: an empty partner, and nothing noted."""
        self.rig.fresh()
        for kept in (self.exchanges, self.calls, self.strays, self.said):
            kept.clear()

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    # --- connectors

    def credentials(self) -> dict[str, str]:
        """The rig's credentials."""
        return dict(self.rig.credentials())

    def altered(self, changes: Mapping[str, str]) -> Any:
        """A connector with some credentials changed."""
        return self.connector(credentials={**self.credentials(), **changes})

    def connector(self, deadline: float | None = None, credentials: Mapping[str, str] | None = None) -> Any:
        """A connector as the hub builds one."""
        values = self.credentials() if credentials is None else dict(credentials)
        onward = HttpTransport(
            self.client, deadline or self.plugin.capabilities.call_deadline, self.exchanges.append, lambda text: text
        )
        build: Any = self.plugin.build
        return Watched(build(Credentials(values), Tap(onward, self.calls)), self.strays)

    def mode(self) -> AuthMode | None:
        """The way to authorise that the rig's credentials are for."""
        chosen = self.credentials().get("mode", "")
        return next((mode for mode in self.plugin.modes if mode.key == chosen), None) or next(
            iter(self.plugin.modes), None
        )

    def form(self) -> tuple[FormField, ...]:
        """The authorisation form that applies."""
        mode = self.mode()
        return mode.form if mode is not None else self.plugin.form

    def secret_keys(self) -> frozenset[str]:
        """Which credentials are secrets."""
        mode = self.mode()
        typed = {one.key for one in self.form() if one.secret}
        return frozenset(typed | TOKENS | set(mode.hub_keys if mode else ()))

    # --- looking

    def attempt(self, call: Callable[..., Any], *args: Any) -> Outcome:
        """Make a call and keep what it ended with."""
        try:
            return Outcome(call(*args))
        except PartnerError as error:
            self.said.append(f"{error} {error!r} {error.message}")
            return Outcome(error=error)

    def operations(self, call: Callable[..., Any], *args: Any) -> list[str]:
        """The partner's operations that a call uses, in the order of their names."""
        before = {name: row["calls"] for name, row in self.rig.counts().items()}
        call(*args)
        return [name for name, row in self.rig.counts().items() if row["calls"] > before.get(name, 0)]

    def carried_out(self, operation: str) -> int:
        """How often the partner has carried an operation out."""
        return int(self.rig.counts().get(operation, {"ok": 0})["ok"])

    def until(self, question: Callable[[], Any], expected: str) -> Any:
        """Ask again until the answer is true; the check fails when it never is."""
        ends = time.monotonic() + PATIENCE
        while True:
            if answer := question():
                return answer
            if time.monotonic() > ends:
                raise Fails(f"it did not happen within {PATIENCE:g} seconds", expected)
            time.sleep(0.02)

    def reference(self) -> str:
        """A reference that was never used before."""
        return f"KIT{self._run}{next(self._numbers):05d}"

    def needs(self, power: Power, why: str) -> None:
        """Bypass the rest of a check that needs a power in one of its turns only."""
        if power not in self.rig.powers:
            raise Bypass(why)


def _client() -> httpx.Client:
    return httpx.Client(limits=httpx.Limits(max_connections=96, max_keepalive_connections=96), trust_env=False)

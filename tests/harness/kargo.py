"""Fixture ``kargo``: a warehouse partner of the tests' own, which has a login, two modes and places, over real HTTP.

It stands for what no single partner of this package shows at once: modes with keys of the installation, a login with
refresh tokens that serve once, warehouses that are named by typed numbers, fields of several values.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from salur.connectors.base.capabilities import AuthMode, FormField, Plugin, WarehouseCapabilities
from salur.connectors.base.errors import AuthExpired, AuthRejected, ContractBroken, Rejected
from salur.connectors.base.transport import Call, Effect, Transport
from salur.connectors.base.types import (
    Credentials,
    PartnerEvent,
    PartnerIdentity,
    PartnerWarehouse,
    RawRequest,
    TokenSet,
)
from tests.harness.database import Database

TYPED = (
    FormField("pin", "PIN", "Told by the partner", partner_term="PIN", max_length=20),
    FormField("country", "Country", "Where the goods lie", choices=(("ID", "Indonesia"), ("VN", "Vietnam"))),
    FormField("department", "Department number", "Told by the partner", max_length=12, pattern=r"EBU[0-9]+"),
    FormField("warehouses", "Warehouse numbers", "Told by the partner", max_length=9, pattern=r"[0-9]+", several=True),
)
OWN_APP = (
    FormField("app_key", "App key", "From your own application there", max_length=50),
    FormField("app_secret", "App secret", "From your own application there", max_length=50, secret=True),
)
HUB_APP = {"app_key": "hub-app", "app_secret": "hub-secret-of-the-installation"}
PIN, DEPARTMENT = "PIN-77", "EBU1"


@dataclass
class Partner:
    """The partner's side: what it knows, and what it was asked."""

    url: str = ""
    plugin: Plugin = field(init=False)
    apps: dict[str, str] = field(default_factory=lambda: {"hub-app": HUB_APP["app_secret"], "own": "own-secret-1"})
    houses: dict[tuple[str, str], bool] = field(
        default_factory=lambda: {(DEPARTMENT, "1101"): True, (DEPARTMENT, "1102"): True, (DEPARTMENT, "1199"): False}
    )
    pin: str = PIN
    seconds: int = 3600
    codes: set[str] = field(default_factory=set)
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def form(self, **changes: str) -> dict[str, str]:
        """What is typed for the quick way."""
        return {"pin": PIN, "country": "ID", "department": DEPARTMENT, "warehouses": "1101"} | changes

    def expire(self) -> None:
        """End all access tokens."""
        with self.lock:
            self.access = dict.fromkeys(self.access, datetime.now(UTC))

    def answer(self, path: str, query: dict[str, str]) -> dict[str, Any] | str:
        """What a call is answered; a text is an address to go to."""
        with self.lock:
            self.asked[path] += 1
            if path == "/login":
                code = secrets.token_hex(8)
                self.codes.add(code)
                back = urlencode({"code": code, "state": query["state"]})
                return f"{query['redirect']}?{back}"
            if self.apps.get(query.get("app_key", "")) != query.get("app_secret") and path in ("/token", "/refresh"):
                return {"error": "app", "field": "app_key"}
            if path == "/token":
                return self._tokens(query.get("code", ""), self.codes)
            if path == "/refresh":
                return self._tokens(query.get("refresh", ""), self.refresh)
            return self._inside(path, query)

    def _tokens(self, used: str, good: set[str]) -> dict[str, Any]:
        if used not in good:
            return {"error": "grant"}
        good.discard(used)
        access, refresh = secrets.token_hex(16), secrets.token_hex(16)
        self.access[access] = datetime.now(UTC) + timedelta(seconds=self.seconds)
        self.refresh.add(refresh)
        return {"access": access, "refresh": refresh, "seconds": self.seconds}

    def _inside(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        ends = self.access.get(query.get("access", ""))
        if ends is None or ends <= datetime.now(UTC):
            return {"error": "expired"}
        if path == "/whoami":
            return {"pin": self.pin}
        usable = self.houses.get((query["department"], query["number"]))
        return {"error": "number"} if usable is None else {"usable": usable}


class Kargo:
    """The connector."""

    capabilities = WarehouseCapabilities(
        name="kargo",
        title="Kargo",
        countries=("ID", "VN"),
        abilities=frozenset({"oauth", "callbacks"}),
        needs_label=False,
        stock_by_sku=False,
        messages_by="login",
        notes=("Kargo opens at nine.",),
        token_margin_seconds=60,
    )

    def __init__(self, credentials: Credentials, transport: Transport, url: str) -> None:
        self.known, self.transport, self.url = credentials, transport, url

    def _ask(self, path: str, **query: str) -> dict[str, Any]:
        sent = self.transport.send(
            Call("GET", f"{self.url}{path}", path.strip("/"), Effect.READ, params=tuple(query.items()))
        )
        said: dict[str, Any] = json.loads(sent.content)
        if said.get("error") == "expired":
            raise AuthExpired("expired", "the token is too old")
        if said.get("error") == "number":
            raise Rejected("number", "no such warehouse number", field="warehouses")
        if "error" in said:
            raise AuthRejected(str(said["error"]), "not accepted")
        return said

    def _app(self) -> dict[str, str]:
        return {"app_key": self.known["app_key"], "app_secret": self.known["app_secret"]}

    def authorize_url(self, redirect: str, state: str) -> str:
        return f"{self.url}/login?{urlencode({'app_key': self.known['app_key'], 'redirect': redirect, 'state': state})}"

    def exchange(self, query: dict[str, str]) -> TokenSet:
        return self._taken(self._ask("/token", code=query.get("code", ""), **self._app()))

    def refresh(self) -> TokenSet:
        return self._taken(self._ask("/refresh", refresh=self.known["refresh_token"], **self._app()))

    def _taken(self, said: dict[str, Any]) -> TokenSet:
        return TokenSet(said["access"], said["refresh"], datetime.now(UTC) + timedelta(seconds=said["seconds"]))

    def verify(self) -> PartnerIdentity:
        pin = str(self._ask("/whoami", access=self.known["access_token"])["pin"])
        if pin != self.known["pin"]:
            raise Rejected("pin", "the login belongs to another PIN", field="pin")
        return PartnerIdentity(pin, name=pin)

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        typed = [(self.known["department"], number) for number in self.known["warehouses"].split(",")]
        added = [(one["department"], one["warehouses"]) for one in json.loads(self.known.get("places") or "[]")]
        return [self._house(department, number) for department, number in [*typed, *added]]

    def _house(self, department: str, number: str) -> PartnerWarehouse:
        said = self._ask("/house", access=self.known["access_token"], department=department, number=number)
        name = f"{number} - {department} - {self.known['pin']}"
        details = {"department": department, "warehouses": number}
        return PartnerWarehouse(
            f"{number}-{department}", name, self.known["country"], usable=bool(said["usable"]), details=details
        )

    def subscribe(self, url: str) -> datetime | None:
        raise Rejected("by_login", "messages are switched on at the login")

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        raise AuthRejected("signature", "not signed")

    def push_outbound(self, order: Any, label: Any) -> Any:
        raise ContractBroken("absent", "this partner takes nothing")

    def find_outbound(self, reference: str) -> Any:
        return None

    def outbound_reports(self, refs: Any) -> Any:
        return []


def plugin_of(url: str) -> Plugin:
    """The partner's description, its service at ``url``."""

    def build(credentials: Credentials, transport: Transport) -> Kargo:
        return Kargo(credentials, transport, url)

    quick = AuthMode(
        "quick",
        "Quick authorisation",
        "For fewer than 1,000 orders a day.",
        TYPED,
        hub_keys=tuple(HUB_APP),
        orders_per_day=1000,
    )
    basic = AuthMode("basic", "Basic authorisation", "For 1,000 orders a day and more.", (*OWN_APP, *TYPED))
    return Plugin(
        "warehouse",
        "kargo",
        Kargo.capabilities,
        build,
        (),
        modes=(quick, basic),
        places_form=(
            FormField("department", "Department number", "Told by the partner", max_length=12, pattern=r"EBU[0-9]+"),
            FormField("warehouses", "Warehouse number", "Told by the partner", max_length=9, pattern=r"[0-9]+"),
        ),
    )


def _handler(partner: Partner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            target = urlsplit(self.path)
            said = partner.answer(target.path, dict(parse_qsl(target.query)))
            body = b"" if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(302 if isinstance(said, str) else 200)
            if isinstance(said, str):
                self.send_header("Location", said)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests look at what was asked."""

    return Handler


@pytest.fixture
def kargo(db: Database) -> Iterator[Partner]:
    """The partner, its connector installed."""
    from salur.integrations import registry

    partner = Partner()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(partner))
    server.daemon_threads = True
    partner.url = f"http://127.0.0.1:{server.server_address[1]}"
    partner.plugin = plugin_of(partner.url)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    registry.register(partner.plugin)
    yield partner
    registry.unregister(partner.plugin)
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def hub_app(settings: Any) -> dict[str, str]:
    """The installation's own application at the partner, entered as whoever runs it would."""
    from dataclasses import replace

    settings.SALUR = replace(settings.SALUR, partner_apps={"kargo": HUB_APP})
    return HUB_APP

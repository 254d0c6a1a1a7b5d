"""Shopify's login and tokens (contract sheet, "Authorisation")."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import AuthRejected, ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, as_object, needed_text, parse_json, text, whole
from salur.connectors.base.transport import Call, Effect
from salur.connectors.base.types import TokenSet

from .wire import Wire, callback_digest

SCOPES = (
    "read_orders",
    "write_orders",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
)
LONGEST_LOGIN = timedelta(days=1)
NEVER = timedelta(days=100 * 365)  # the token of a merchant's own app has no end; the seam wants a date
LONGEST_TOKEN = 366 * 86_400  # seconds


def authorize_url(wire: Wire, redirect: str, state: str) -> str:
    """The page on which the shop's owner lets the app in."""
    asked = {
        "client_id": wire.credentials["client_id"],
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect,
        "state": state,
    }
    return f"{wire.base_url}/admin/oauth/authorize?{urlencode(asked)}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for a token, after the redirect has proved to be Shopify's. The code works once."""
    check_redirect(wire, query)
    code = query.get("code", "")
    if not code:
        raise Rejected("no_code", query.get("error_description") or "the redirect carries no code", field="code")
    asked = {"code": code}
    if wire.credentials.get("tokens") == "expiring":
        asked["expiring"] = "1"
    document = _ask(wire, asked)
    missing = missing_scopes(text(document, "scope").split(","))
    if missing:
        raise Rejected("missing_scopes", f"the app was not given {', '.join(missing)}", field="scope")
    return _tokens(wire, document)


def check_redirect(wire: Wire, query: Mapping[str, str]) -> None:
    """Signature, age and shop of the redirect; raises AuthRejected. The state belongs to what is signed."""
    state = wire.credentials.get("state")
    signed = {**query, "state": state} if state else dict(query)
    expected = callback_digest(signed, wire.credentials["client_secret"])
    if not hmac.compare_digest(expected.encode(), query.get("hmac", "").encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the redirect is not signed with the app's secret", field="client_secret")
    stamp = query.get("timestamp", "")
    seconds = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else 0
    if abs(wire.clock() - seconds) > LONGEST_LOGIN.total_seconds():
        raise AuthRejected("stale_login", "the redirect is older than a day", field="timestamp")
    if query.get("shop", "").lower() != wire.domain:
        raise AuthRejected("other_shop", f"the login was for {query.get('shop', '')[:100]}", field="shop_domain")


def missing_scopes(granted: list[str]) -> list[str]:
    """What the hub needs and was not given; a right to write includes that to read."""
    held = {scope.strip() for scope in granted}
    held |= {scope.replace("write_", "read_", 1) for scope in held if scope.startswith("write_")}
    return [scope for scope in SCOPES if scope not in held]


def refresh(wire: Wire) -> TokenSet:
    """New tokens, where they end at all; otherwise a refused token means that the owner must log in again."""
    held = wire.credentials.get("refresh_token")
    if not held:
        raise AuthRejected("401", "the app was removed from the shop or its token withdrawn; log in again")
    return _tokens(wire, _ask(wire, {"grant_type": "refresh_token", "refresh_token": held}))


def _ask(wire: Wire, asked: dict[str, str]) -> JsonObject:
    body = {"client_id": wire.credentials["client_id"], "client_secret": wire.credentials["client_secret"], **asked}
    answer = wire.transport.send(
        Call(
            method="POST",
            url=f"{wire.base_url}/admin/oauth/access_token",
            operation="oauth/access_token",
            effect=Effect.CREATE,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            content=json.dumps(body, separators=(",", ":")).encode(),
        )
    )
    if answer.status >= 400:
        said = answer.content[:300].decode("utf-8", "replace")
        raise AuthRejected(str(answer.status), said, exchange_id=answer.exchange_id)
    try:
        document = as_object(parse_json(answer.content, "answer"), "answer")
        needed_text(document, "access_token")
    except ContractBroken as broken:
        raise after_sending(broken, answer, Effect.CREATE) from broken
    return document


def _tokens(wire: Wire, document: JsonObject) -> TokenSet:
    now = datetime.fromtimestamp(wire.clock(), UTC)
    ends = _end(document, "expires_in")
    refresh_ends = _end(document, "refresh_token_expires_in")
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=text(document, "refresh_token"),
        access_expires_at=now + (NEVER if ends is None else ends),
        refresh_expires_at=None if refresh_ends is None else now + refresh_ends,
        identity=wire.domain,
    )


def _end(document: JsonObject, key: str) -> timedelta | None:
    seconds = whole(document, key, 0)
    return timedelta(seconds=min(seconds, LONGEST_TOKEN)) if seconds > 0 else None

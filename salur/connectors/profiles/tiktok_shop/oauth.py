"""TikTok Shop's login and tokens (contract sheet, "Authorisation")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from salur.connectors.base.errors import AuthExpired, AuthRejected, Rejected
from salur.connectors.base.reading import JsonObject, as_objects, moment, needed_moment, needed_text, text
from salur.connectors.base.types import TokenSet

from .wire import Wire

SHOPS = "/authorization/202309/shops"
DENIED = "null"  # what ``code`` says when the seller refuses


def authorize_url(wire: Wire, state: str) -> str:
    """TikTok Shop's page, where the seller logs in; it sends back to the address that Partner Center knows."""
    asked = {"service_id": wire.credentials["service_id"], "state": state}
    return f"{wire.login_url}/open/authorize?{urlencode(asked)}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for tokens, and the shop that they open. The code works once."""
    code = query.get("code", "")
    if query.get("error") or code == DENIED:
        raise AuthRejected(query.get("error") or "auth_denied", "the seller has not given the permission")
    if not code:
        raise Rejected("no_code", "the redirect carries no code", field="code")
    tokens = _tokens(_ask(wire, "/api/v2/token/get", {"auth_code": code, "grant_type": "authorized_code"}))
    opened = Wire(wire.credentials.replaced(access_token=tokens.access_token), wire.transport, wire.clock)
    shop = chosen(shops(opened), wire.credentials.get("shop_code"))
    return replace(
        tokens,
        identity=needed_text(shop, "id"),
        details={
            "shop_cipher": needed_text(shop, "cipher"),
            "shop_code": text(shop, "code"),
            "region": text(shop, "region").upper(),
        },
    )


def refresh(wire: Wire) -> TokenSet:
    """New tokens; shop and cipher stay. The old refresh token is used up (assumed): no call to repeat blindly."""
    held = wire.credentials.get("refresh_token")
    return _tokens(_ask(wire, "/api/v2/token/refresh", {"refresh_token": held, "grant_type": "refresh_token"}), held)


def _ask(wire: Wire, path: str, asked: dict[str, str]) -> JsonObject:
    """Refused codes and tokens cannot be mended by refreshing: the owner must log in again."""
    try:
        return wire.get_token(path, asked)
    except (AuthExpired, Rejected) as refusal:
        raise AuthRejected(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal


def _tokens(data: JsonObject, held: str = "") -> TokenSet:
    """The ends are points in time, whatever their names say."""
    return TokenSet(
        access_token=needed_text(data, "access_token"),
        refresh_token=text(data, "refresh_token") or held or needed_text(data, "refresh_token"),
        access_expires_at=needed_moment(data, "access_token_expire_in"),
        refresh_expires_at=moment(data, "refresh_token_expire_in"),
    )


def shops(wire: Wire) -> Sequence[JsonObject]:
    """The shops that the tokens open."""
    return as_objects(wire.get(SHOPS).get("shops"), "shops")


def chosen(rows: Sequence[JsonObject], code: str) -> JsonObject:
    """The shop of that code, or the only one; one store is one shop."""
    found = [row for row in rows if not code or text(row, "code") == code]
    if len(found) == 1:
        return found[0]
    opened = ", ".join(f"{text(row, 'code')} ({text(row, 'name')})" for row in rows) or "no shop"
    raise Rejected("which_shop", f"the login opens {opened}: type the code of one into the form", field="shop_code")

"""Etsy's consent page and tokens, with PKCE (contract sheet, "Authorisation")."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, needed_text, text, whole
from salur.connectors.base.types import TokenSet

from .wire import Wire

ACCESS_SECONDS = 3600
REFRESH_DAYS = 90
SCOPES = "transactions_r transactions_w listings_r listings_w shops_r"


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636): Etsy takes no other method."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def authorize_url(wire: Wire, redirect: str, state: str) -> str:
    """Etsy's page; the redirect address must have been registered with the app."""
    asked = {
        "response_type": "code",
        "client_id": wire.credentials["keystring"],
        "redirect_uri": redirect,
        "scope": SCOPES,
        "state": state,
        "code_challenge": challenge(wire.credentials["code_verifier"]),
        "code_challenge_method": "S256",
    }
    return f"{wire.login_url}/oauth/connect?{urlencode(asked)}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for tokens, and whose shop they open. A lost answer means logging in again."""
    code = query.get("code", "")
    if not code:
        raise Rejected(query.get("error") or "no_code", query.get("error_description", ""), field="code")
    document = wire.tokens(
        {
            "grant_type": "authorization_code",
            "redirect_uri": wire.credentials.get("redirect_uri"),
            "code": code,
            "code_verifier": wire.credentials.get("code_verifier"),
        }
    )
    return _tokens(wire, document, shop_of(wire, needed_text(document, "access_token")))


def refresh(wire: Wire) -> TokenSet:
    """New tokens. The old refresh token is used up, so this is no call to repeat blindly."""
    held = wire.credentials.get("refresh_token")
    return _tokens(wire, wire.tokens({"grant_type": "refresh_token", "refresh_token": held}))


def shop_of(wire: Wire, token: str = "") -> str:
    """The shop of the user whose token it is; Rejected where that user sells nothing."""
    shop = text(wire.get("getMe", "/users/me", token=token), "shop_id")
    if not shop or shop == "0":
        raise Rejected("no_shop", "this Etsy user has no shop", field="shop_id")
    if not (shop.isascii() and shop.isdigit()):
        raise ContractBroken("bad_number", "shop_id is no number", field="shop_id")
    return shop


def _tokens(wire: Wire, document: JsonObject, shop: str = "") -> TokenSet:
    now = datetime.fromtimestamp(wire.clock(), UTC)
    seconds = min(max(whole(document, "expires_in", ACCESS_SECONDS), 1), 86_400)
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=needed_text(document, "refresh_token"),
        access_expires_at=now + timedelta(seconds=seconds),
        refresh_expires_at=now + timedelta(days=REFRESH_DAYS),
        identity=shop,
    )

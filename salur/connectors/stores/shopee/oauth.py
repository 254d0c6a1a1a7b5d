"""Shopee's login and tokens (contract sheet, "Authorisation")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.errors import AuthExpired, AuthRejected, Rejected
from salur.connectors.base.reading import JsonObject, needed_text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import TokenSet

from .wire import PREFIX, Wire

REFRESH_TOKEN_DAYS = 30
AUTHORIZE = "shop/auth_partner"


def authorize_url(wire: Wire, redirect: str, state: str) -> str:
    """Shopee knows no state parameter, so it travels in the redirect address. Good for five minutes."""
    path = PREFIX + AUTHORIZE
    back = redirect + ("&" if "?" in redirect else "?") + urlencode({"state": state})
    return f"{wire.base_url}{path}?{urlencode([*wire.public_params(path), ('redirect', back)])}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for tokens. The code works once: a lost answer means logging in again."""
    code, shop, main = query.get("code", ""), query.get("shop_id", ""), query.get("main_account_id", "")
    if not code or not (shop or main):
        raise Rejected("no_code", "the redirect carries no code and shop", field="code")
    asked: dict[str, object] = {"code": code, "partner_id": _number(wire.credentials["partner_id"], "partner_id")}
    if shop:
        asked["shop_id"] = _number(shop, "shop_id")
    else:
        asked["main_account_id"] = _number(main, "main_account_id")
    document = _ask(wire, "auth/token/get", asked)
    return _tokens(wire, document, shop or _only_shop(document))


def refresh(wire: Wire) -> TokenSet:
    """New tokens. The old refresh token is used up, so this is no call to repeat blindly."""
    shop = wire.credentials["shop_id"]
    asked: dict[str, object] = {
        "refresh_token": wire.credentials.get("refresh_token"),
        "partner_id": _number(wire.credentials["partner_id"], "partner_id"),
        "shop_id": _number(shop, "shop_id"),
    }
    return _tokens(wire, _ask(wire, "auth/access_token/get", asked), shop)


def _ask(wire: Wire, name: str, asked: dict[str, object]) -> JsonObject:
    """Refused tokens cannot be mended by refreshing: the owner must log in again."""
    try:
        return wire.post_public(name, asked, Effect.CREATE)
    except (AuthExpired, Rejected) as refusal:
        raise AuthRejected(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal


def _tokens(wire: Wire, document: JsonObject, shop: str) -> TokenSet:
    now = datetime.fromtimestamp(wire.clock(), UTC)
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=needed_text(document, "refresh_token"),
        access_expires_at=now + timedelta(seconds=min(whole(document, "expire_in", 14_400), 365 * 86_400)),
        refresh_expires_at=now + timedelta(days=REFRESH_TOKEN_DAYS),
        identity=shop,
    )


def _only_shop(document: JsonObject) -> str:
    """A main account may open several shops; a connection is one shop, so the seller must choose it at the login."""
    shops = document.get("shop_id_list")
    if isinstance(shops, list) and len(shops) == 1:
        return str(shops[0])
    raise Rejected("several_shops", "log in with one shop, not with the main account", field="shop_id")


def _number(value: str, field: str) -> int:
    if value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    raise Rejected("bad_number", f"{field} must be digits only", field=field)

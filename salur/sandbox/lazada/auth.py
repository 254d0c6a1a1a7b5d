"""Who may call what: signature, tokens, and the shop itself (lazada.md, Authorisation and Signature)."""

import hmac
from collections.abc import Mapping
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.lazada.call import Call, isv, missing
from salur.sandbox.lazada.signing import sign
from salur.sandbox.lazada.store import LazadaStore
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken, Pair


def _system(code: str, words: str) -> Refusal:
    return Refusal(code, words, extra={"type": "SYSTEM"})


def check_signature(store: LazadaStore, path: str, given: Mapping[str, str]) -> None:
    """Application, time and signature; raises Refusal. ``path`` is without ``/rest``."""
    for name in ("app_key", "timestamp", "sign_method", "sign"):
        if not given.get(name):
            raise missing(name)
    if given["app_key"] != store.app.key:
        raise _system("InvalidAppKey", "The specified App Key is invalid")
    at = given["timestamp"]
    if not at.isdigit() or abs(store.core.clock.now() - int(at) / 1000) > store.settings.timestamp_tolerance:
        raise _system("IllegalTimestamp", "The specified timestamp is out of range")
    expected = sign(store.app.secret, path, given)
    if given["sign_method"] != "sha256" or not hmac.compare_digest(given["sign"].encode(), expected.encode()):
        words = "The request signature does not conform to platform standards"
        raise _system("IncompleteSignature", words)


def check_token(store: LazadaStore, given: Mapping[str, str], country: str) -> Shop:
    """The shop that the access token opens, at the host of ``country`` (empty: at its own); raises Refusal."""
    if not given.get("access_token"):
        raise missing("access_token")
    try:
        own = store.shops[store.tokens.shop_of(given["access_token"])]
    except (BadToken, KeyError) as problem:
        raise _no_token() from problem
    opened = list(store.shops.values()) if store.settings.all_countries else [own]
    found = next((shop for shop in opened if shop.region == country), None) if country else own
    if found is None:
        raise _no_token()
    return found


def _no_token() -> Refusal:
    return Refusal("IllegalAccessToken", "The specified access token is invalid or expired", extra={"type": "ISP"})


def token_create(call: Call) -> dict[str, Any]:
    """A code for tokens. The fields stand at the top level."""
    try:
        pair = call.store.tokens.redeem(call.text("code"), app=call.given["app_key"])
    except BadToken as problem:
        raise isv("InvalidCode", "Invalid authorization code") from problem
    return _answer(call, pair)


def token_refresh(call: Call) -> dict[str, Any]:
    """New tokens; the refresh token works once."""
    try:
        pair = call.store.tokens.renew(call.text("refresh_token"))
    except BadToken as problem:
        words = "The specified refresh token is invalid or expired"
        raise Refusal("IllegalRefreshToken", words, extra={"type": "ISP"}) from problem
    return _answer(call, pair)


def _answer(call: Call, pair: Pair) -> dict[str, Any]:
    store = call.store
    shops = list(store.shops.values()) if store.settings.all_countries else [store.shops[pair.shop_id]]
    several = len({shop.region for shop in shops}) > 1
    return {
        "access_token": pair.access,
        "country": "cb" if several else shops[0].region.lower(),
        "refresh_token": pair.refresh,
        "account_platform": "seller_center",
        "refresh_expires_in": pair.refresh_seconds,
        "country_user_info": [
            {
                "country": shop.region.lower(),
                "user_id": f"3000{shop.id}",
                "seller_id": shop.id,
                "short_code": short_code(shop),
            }
            for shop in shops
        ],
        "expires_in": pair.access_seconds,
        "account": _email(shops[0]),
    }


def seller_get(call: Call) -> dict[str, Any]:
    """The shop."""
    shop = call.shop
    return {
        "name_company": shop.name,
        "logo_url": "",
        "name": shop.name,
        "verified": True,
        "location": shop.region,
        "marketplaceEaseMode": False,
        "seller_id": int(shop.id) if shop.id.isdigit() else shop.id,
        "email": _email(shop),
        "short_code": short_code(shop),
        "cb": call.store.settings.seller_chooses_courier,
        "status": "ACTIVE",
    }


def short_code(shop: Shop) -> str:
    """A shop's short name."""
    return f"{shop.region}{shop.id[-4:]}W"


def _email(shop: Shop) -> str:
    return f"shop{shop.id}@example.com"

"""Who may call what: signature, tokens, shops (tiktok-shop.md, Authorisation and Signature)."""

import hmac
from collections.abc import Mapping
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken, Pair
from salur.sandbox.tiktok.call import Call, invalid
from salur.sandbox.tiktok.signing import sign
from salur.sandbox.tiktok.store import TiktokStore

BEFORE_SECONDS, AFTER_SECONDS = 300, 30
SCOPES = ["seller.order.info", "seller.fulfillment.basic", "seller.product.basic", "seller.return_refund.basic"]


def check_signature(store: TiktokStore, path: str, query: Mapping[str, str], body: bytes) -> None:
    """Application, time and signature; raises Refusal."""
    for name in ("app_key", "timestamp", "sign"):
        if not query.get(name):
            raise invalid(f"Missing parameter. The `{name}` query parameter is required.")
    if query["app_key"] != store.app.key:
        raise invalid("Invalid credentials. The `app_key` query parameter is invalid.", 401)
    at = query["timestamp"]
    behind = store.core.clock.now() - int(at) if at.isdigit() else BEFORE_SECONDS + 1
    if behind > BEFORE_SECONDS:
        words = "must not be earlier than 5 minutes before the current time."
        raise invalid(f"Invalid timestamp. The value of the `timestamp` query parameter {words}")
    if behind < -AFTER_SECONDS:
        words = "must not be later than 30 seconds after the current time."
        raise invalid(f"Invalid timestamp. The value of the `timestamp` query parameter {words}")
    if not hmac.compare_digest(query["sign"].encode(), sign(store.app.secret, path, query, body).encode()):
        raise Refusal("106001", "Invalid credentials. The `sign` query parameter is invalid.", status=401)


def check_token(store: TiktokStore, access: str) -> list[Shop]:
    """The shops that the token opens; raises Refusal."""
    try:
        own = store.tokens.shop_of(access)
    except BadToken as problem:
        if problem.why == "expired":
            words = "Expired credentials. The `access_token` or `x-tts-access-token` header has expired."
            raise Refusal("105002", words, status=401) from problem
        raise invalid("Invalid credentials. The `x-tts-access-token` header is invalid.", 401) from problem
    return [shop for shop in store.shops.values() if shop.id == own or store.settings.all_shops]


def choose_shop(store: TiktokStore, query: Mapping[str, str], opened: list[Shop], *, wanted: bool) -> Shop | None:
    """The shop of a call by its cipher, which must not be sent where no shop is ``wanted``; raises Refusal."""
    cipher = query.get("shop_cipher", "")
    if not wanted:
        if "shop_cipher" in query:
            words = "The `shop_cipher` query parameter is not required for this request."
            raise invalid(f"Unexpected identifier. {words}")
        return None
    if not cipher:
        raise Refusal("106013", "Missing identifier. The `shop_cipher` query parameter is required.", status=400)
    known = {store.cipher(shop): shop for shop in store.shops.values()}
    if cipher not in known:
        raise invalid("Invalid identifier. The `shop_cipher` query parameter is invalid.")
    if known[cipher] not in opened:
        raise Refusal("101000", "The access token does not match the shop.", status=401)
    return known[cipher]


def token_get(store: TiktokStore, query: Mapping[str, str]) -> dict[str, Any]:
    """A code for tokens; not signed."""
    _check_app(store, query, "authorized_code")
    try:
        return _answer(store, store.tokens.redeem(query.get("auth_code", ""), app=query["app_key"]))
    except BadToken as problem:
        raise Refusal("36004004", "The auth code is invalid or expired") from problem


def token_refresh(store: TiktokStore, query: Mapping[str, str]) -> dict[str, Any]:
    """New tokens; the refresh token works once, the old access token ends at its own time."""
    _check_app(store, query, "refresh_token")
    try:
        return _answer(store, store.tokens.renew(query.get("refresh_token", "")))
    except BadToken as problem:
        raise Refusal("36004005", "The refresh token is invalid or expired") from problem


def _check_app(store: TiktokStore, query: Mapping[str, str], grant: str) -> None:
    if query.get("app_key") != store.app.key or query.get("app_secret") != store.app.secret:
        raise Refusal("36004001", "The app key or secret is invalid")
    if query.get("grant_type") != grant:
        raise Refusal("36004002", "The grant type is invalid")


def _answer(store: TiktokStore, pair: Pair) -> dict[str, Any]:
    shop, now = store.shops[pair.shop_id], store.core.clock.seconds()
    return {
        "access_token": pair.access,
        "access_token_expire_in": now + pair.access_seconds,
        "refresh_token": pair.refresh,
        "refresh_token_expire_in": now + pair.refresh_seconds,
        "open_id": f"open_{shop.id}",
        "seller_name": shop.name,
        "seller_base_region": shop.region,
        "user_type": 0,
        "granted_scopes": SCOPES,
    }


def shops(call: Call) -> dict[str, Any]:
    """All shops that the token opens."""
    home = call.opened[0].region if call.opened else ""
    return {
        "shops": [
            {
                "id": shop.id,
                "name": shop.name,
                "region": shop.region,
                "seller_type": "LOCAL" if shop.region == home else "CROSS_BORDER",
                "cipher": call.store.cipher(shop),
                "code": shop_code(shop),
            }
            for shop in call.opened
        ]
    }


def shop_code(shop: Shop) -> str:
    """What Seller Center calls the shop."""
    return f"{shop.region}LC{shop.id[-8:]}"


def webhooks(call: Call) -> dict[str, Any]:
    """Where messages of one event type go."""
    from_now_on, event = call.text("address"), call.text("event_type")
    allowed = ("https://",) if call.store.settings.https_only else ("https://", "http://")
    if not from_now_on.startswith(allowed):
        raise invalid("Invalid address.")
    if not event.isascii() or event.upper() != event:
        raise invalid("Invalid event_type.")
    call.store.hooks[call.shop.id, event] = from_now_on
    return {}


def webhooks_list(call: Call) -> dict[str, Any]:
    """Which addresses there are."""
    rows = [
        {"event_type": event, "address": address}
        for (shop_id, event), address in call.store.hooks.items()
        if shop_id == call.shop.id
    ]
    return {"total_count": len(rows), "webhooks": rows}


def webhooks_delete(call: Call) -> dict[str, Any]:
    """No more messages of one event type."""
    call.store.hooks.pop((call.shop.id, call.text("event_type")), None)
    return {}

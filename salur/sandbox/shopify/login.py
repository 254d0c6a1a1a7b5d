"""The login: the page where a merchant lets the app in, and tokens for its code."""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.shopify.model import domain
from salur.sandbox.shopify.scopes import KNOWN, shortened
from salur.sandbox.shopify.signing import callback_hmac
from salur.sandbox.shopify.store import ShopifyStore
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken, Pair


def oauth(code: str, words: str, status: int = 400) -> Refusal:
    """A refusal of the login."""
    return Refusal(code, words, status=status, extra={"body": {"error": code, "error_description": words}})


async def authorize(store: ShopifyStore, request: Request, pinned: Shop | None) -> Response:
    """GET shows the page, POST answers it; ``pinned`` is the shop whose host was called."""
    query = dict(request.query_params)
    if query.get("client_id") != store.client_id:
        raise oauth("invalid_request", "Could not find the application with this client_id")
    scopes = _scopes(query.get("scope", ""))

    def back(shop: Shop, asked: Mapping[str, str]) -> Mapping[str, str]:
        shop.extra["scopes"] = scopes
        code = store.tokens.issue_code(shop.id, app=store.client_id)
        return _signed(store, shop, code, asked)

    refused = {"error": "access_denied", **({"state": query["state"]} if "state" in query else {})}
    return await consent.answer(
        store, request, query.get("redirect_uri", ""), back, title="Shopify", refused=refused, only=pinned
    )


def _signed(store: ShopifyStore, shop: Shop, code: str, asked: Mapping[str, str]) -> Mapping[str, str]:
    name = domain(shop).split(".")[0]
    answer = {
        "code": code,
        "host": base64.b64encode(f"admin.shopify.com/store/{name}".encode()).decode().rstrip("="),
        "shop": domain(shop),
        "timestamp": str(store.core.clock.seconds()),
        **({"state": asked["state"]} if "state" in asked else {}),
    }
    return {**answer, "hmac": callback_hmac(store.client_secret, answer)}


def _scopes(text: str) -> frozenset[str]:
    wanted = frozenset(one.strip() for one in text.split(",") if one.strip())
    if not wanted or wanted - KNOWN:
        wrong = ", ".join(sorted(wanted - KNOWN)) or "none given"
        raise oauth("invalid_scope", f"These scopes cannot be asked for: {wrong}")
    return wanted


def given(request: Request, raw: bytes) -> dict[str, Any]:
    """The call's parameters, as JSON or as a form."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(raw)
        except ValueError as problem:
            raise oauth("invalid_request", "The body is not JSON") from problem
        if not isinstance(body, dict):
            raise oauth("invalid_request", "The body is not a JSON object")
        return body
    return dict(parse_qsl(raw.decode()))


def access_token(store: ShopifyStore, pinned: Shop | None, asked: Mapping[str, Any]) -> Outcome:
    """POST admin/oauth/access_token."""
    if asked.get("client_id") != store.client_id or asked.get("client_secret") != store.client_secret:
        raise oauth("invalid_client", "The client id or the client secret is wrong", 401)
    try:
        if asked.get("grant_type") == "refresh_token":
            held = store.tokens.refreshes.get(str(asked.get("refresh_token", "")))
            _same_shop(pinned, held.shop_id if held else None)
            return Outcome(_ending(store, store.tokens.renew(str(asked.get("refresh_token", "")))))
        code = store.tokens.codes.get(str(asked.get("code", "")))
        _same_shop(pinned, code.shop_id if code else None)
        pair = store.tokens.redeem(str(asked.get("code", "")), app=store.client_id)
    except BadToken as bad:
        what = "refresh token" if asked.get("grant_type") == "refresh_token" else "authorization code"
        raise oauth("invalid_request", f"The {what} was not found or was already used") from bad
    if str(asked.get("expiring", "")) == "1":
        return Outcome(_ending(store, pair))
    lasting(store, pair)
    return Outcome({"access_token": pair.access, "scope": _granted(store, pair)})


def lasting(store: ShopifyStore, pair: Pair) -> None:
    """An offline token: it does not end, and there is none to refresh it with."""
    store.tokens.access[pair.access].expires_at = math.inf
    del store.tokens.refreshes[pair.refresh]


def _same_shop(pinned: Shop | None, owner: str | None) -> None:
    """What was issued for one shop is unknown at the host of another."""
    if pinned is not None and owner is not None and owner != pinned.id:
        raise BadToken("unknown")


def _granted(store: ShopifyStore, pair: Pair) -> str:
    return shortened(store.shops[pair.shop_id].extra["scopes"])


def _ending(store: ShopifyStore, pair: Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "scope": _granted(store, pair),
        "expires_in": pair.access_seconds,
        "refresh_token": pair.refresh,
        "refresh_token_expires_in": pair.refresh_seconds,
    }

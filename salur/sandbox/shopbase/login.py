"""The login: the page where an owner lets the app in, and a token for its code."""

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.shopbase.store import SCOPES, ShopbaseStore
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken


def oauth(code: str, words: str) -> Refusal:
    """HTTP 400 of the login."""
    return Refusal(code, words, status=400, extra={"body": {"error": code, "error_description": words}})


async def authorize(store: ShopbaseStore, request: Request, pinned: Shop | None) -> Response:
    """GET shows the page, POST answers it."""
    query = dict(request.query_params)
    if query.get("client_id") != store.client_id:
        raise oauth("invalid_request", "There is no app with this client_id")
    scopes = frozenset(one.strip() for one in query.get("scope", "").split(",") if one.strip())
    if not scopes or scopes - set(SCOPES):
        raise oauth("invalid_scope", "The scope is missing or not known")
    state = {"state": query["state"]} if "state" in query else {}

    def back(shop: Shop, _asked: Mapping[str, str]) -> Mapping[str, str]:
        shop.extra["scopes"] = scopes
        code = store.tokens.issue_code(shop.id, app=store.client_id)
        return {"code": code, **state, "shop": shop.id}

    refused = {"error": "access_denied", **state}
    redirect = query.get("redirect_uri", "")
    return await consent.answer(store, request, redirect, back, title="ShopBase", refused=refused, only=pinned)


def given(request: Request, raw: bytes) -> dict[str, Any]:
    """The parameters, as JSON or as a form."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return dict(parse_qsl(raw.decode(errors="replace")))
    try:
        body = json.loads(raw)
    except ValueError as problem:
        raise oauth("invalid_request", "The body is not JSON") from problem
    return body if isinstance(body, dict) else {}


def access_token(store: ShopbaseStore, pinned: Shop | None, asked: Mapping[str, Any]) -> Outcome:
    """POST admin/oauth/access_token."""
    unknown = oauth("invalid_request", "The authorization code was not found or was already used")
    if asked.get("client_id") != store.client_id or asked.get("client_secret") != store.client_secret:
        raise oauth("invalid_request", "The client_id or the client_secret is wrong")
    code = store.tokens.codes.get(str(asked.get("code", "")))
    if code is None or (pinned is not None and pinned.id != code.shop_id):
        raise unknown
    try:
        pair = store.tokens.redeem(str(asked["code"]), app=store.client_id)
    except BadToken as bad:
        raise unknown from bad
    endless(store, pair.access)
    return Outcome({"access_token": pair.access, "scope": ",".join(sorted(store.shops[pair.shop_id].extra["scopes"]))})


def endless(store: ShopbaseStore, access: str) -> None:
    """A token has no end, and there is none to refresh it with."""
    store.tokens.access[access].expires_at = math.inf
    for refresh in [key for key, held in store.tokens.refreshes.items() if held.access == access]:
        del store.tokens.refreshes[refresh]

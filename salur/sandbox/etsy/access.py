"""The consent page, tokens with PKCE, the key on every call and its limits."""

import re
from collections import deque

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.etsy.call import bad, oauth_error
from salur.sandbox.etsy.shop import SCOPES, Etsy
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.answer import Answer, form_fields
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken, Pair

_DAY = 86400.0
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def seller_page(etsy: Etsy, request: Request) -> Response:
    """The consent page; a request that is not whole gets no redirect."""
    query = request.query_params
    redirect, scopes = query.get("redirect_uri", ""), frozenset(query.get("scope", "").split())
    if query.get("client_id") != etsy.app.keystring:
        raise bad("The client_id is not known")
    if query.get("response_type") != "code" or not query.get("state"):
        raise bad("response_type must be code, and state is required")
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        raise bad("code_challenge is required, with code_challenge_method S256")
    if not scopes or not scopes <= set(SCOPES):
        raise bad("scope is missing or holds one that there is not")
    registered = etsy.settings.redirects.split()
    if registered and redirect not in registered:
        raise bad("The redirect_uri is not registered for the application")

    def back(shop: Shop, _asked: object) -> dict[str, str]:
        challenge = query["code_challenge"]
        code = etsy.tokens.issue_code(shop.id, redirect=redirect, challenge=challenge, app=query["client_id"])
        etsy.code_scopes[code] = scopes
        return {"code": code, "state": query["state"]}

    return await consent.answer(
        etsy,
        request,
        redirect,
        back,
        title="Authorise an application",
        refused={
            "error": "access_denied",
            "error_description": "The user denied consent",
            "state": query["state"],
        },
    )


def grant(etsy: Etsy, raw: bytes, content_type: str) -> Answer:
    """POST /v3/public/oauth/token; raises Refusal."""
    if not content_type.startswith("application/x-www-form-urlencoded"):
        raise oauth_error("invalid_request", "The request must be form-encoded", 400)
    form = form_fields(raw)
    if form.get("client_id") != etsy.app.keystring:
        raise oauth_error("invalid_client", "The client_id is not known", 401)
    kind = form.get("grant_type", "")
    if kind == "authorization_code":
        pair = _exchange(etsy, form)
    elif kind == "refresh_token":
        try:
            pair = etsy.tokens.renew(form.get("refresh_token", ""))
        except BadToken as problem:
            raise oauth_error("invalid_grant", "The refresh token is invalid or has expired", 400) from problem
    else:
        raise oauth_error("unsupported_grant_type", "grant_type must be authorization_code or refresh_token", 400)
    return Answer(
        {
            "access_token": pair.access,
            "token_type": "Bearer",
            "expires_in": pair.access_seconds,
            "refresh_token": pair.refresh,
        }
    )


def _exchange(etsy: Etsy, form: dict[str, str]) -> Pair:
    code, verifier = form.get("code", ""), form.get("code_verifier", "")
    try:
        if not _VERIFIER.fullmatch(verifier):
            raise BadToken("verifier")
        pair = etsy.tokens.redeem(code, redirect=form.get("redirect_uri", ""), verifier=verifier, app=form["client_id"])
    except BadToken as problem:
        raise oauth_error("invalid_grant", "The authorization code is invalid or has expired", 400) from problem
    etsy.scopes[pair.shop_id] = etsy.code_scopes.pop(code)
    return pair


def check_key(etsy: Etsy, request: Request) -> None:
    """x-api-key; raises Refusal."""
    whole = f"{etsy.app.keystring}:{etsy.app.shared_secret}"
    allowed = [whole] if etsy.settings.require_shared_secret else [whole, etsy.app.keystring]
    if request.headers.get("x-api-key") not in allowed:
        words = "API key not found or not active, or incorrect shared secret for API key."
        raise Refusal("api_key", words, status=403)


def shop_of(etsy: Etsy, request: Request, scope: str) -> Shop:
    """Whose token it is, if it was granted ``scope`` (empty: any); raises Refusal."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not given:
        raise oauth_error("invalid_token", "missing access token", 401)
    try:
        shop = etsy.shops[etsy.tokens.shop_of(given)]
    except BadToken as problem:
        words = "access token is expired" if problem.why == "expired" else "invalid access token"
        raise oauth_error("invalid_token", words, 401) from problem
    if scope and scope not in etsy.scopes.get(shop.id, frozenset(SCOPES)):
        raise oauth_error("insufficient_scope", "Insufficient scope granted to access token", 403)
    return shop


def own_shop(shop: Shop, wanted: int) -> None:
    """Raises Refusal where the token is another's."""
    if shop.id != str(wanted):
        raise Refusal("not_your_shop", "You do not have access to this shop.", status=403)


def count_call(etsy: Etsy) -> dict[str, str]:
    """One call of the key: the headers that tell what is left; raises Refusal where nothing is."""
    now, settings, calls = etsy.core.clock.now(), etsy.settings, etsy.calls
    while calls and calls[0] <= now - _DAY:
        calls.popleft()
    second = sum(1 for at in _newest(calls, now))
    full = settings.key_limits and (second >= settings.per_second or len(calls) >= settings.per_day)
    if not full:
        calls.append(now)
        second += 1
    headers = {
        "x-limit-per-second": str(settings.per_second),
        "x-remaining-this-second": str(max(0, settings.per_second - second)),
        "x-limit-per-day": str(settings.per_day),
        "x-remaining-today": str(max(0, settings.per_day - len(calls))),
    }
    if full:
        wait = 1 if len(calls) < settings.per_day else int(calls[0] + _DAY - now) + 1
        told = {"headers": {**headers, "retry-after": str(wait)}}
        raise Refusal("quota", "You have exceeded your quota", status=429, extra=told)
    return headers


def _newest(calls: deque[float], now: float) -> list[float]:
    """The calls of the last second."""
    found = []
    for at in reversed(calls):
        if at <= now - 1:
            break
        found.append(at)
    return found

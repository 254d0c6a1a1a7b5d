"""The consent page, tokens bought with Basic, the token on every call, the daily quota."""

import base64
import binascii
import hmac

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.ebay.call import bad_token, no_scope, too_many, wrong
from salur.sandbox.ebay.seller import SCOPE, SCOPES, Ebay
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.answer import Answer, form_fields
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken

_DAY = 86400.0


async def seller_page(ebay: Ebay, request: Request) -> Response:
    """The consent page. ``redirect_uri`` is the RuName; the browser goes to the address registered for it."""
    query = request.query_params
    scopes = frozenset(query.get("scope", "").split())
    if query.get("client_id") != ebay.app.client_id or query.get("redirect_uri") != ebay.app.ru_name:
        raise Refusal("unauthorized_client", "The client_id or the RuName is not known.", status=400)
    if query.get("response_type") != "code":
        raise Refusal("unsupported_response_type", "response_type must be code.", status=400)
    if not scopes or not scopes <= SCOPES:
        raise Refusal("invalid_scope", "The scope is missing or holds one that there is not.", status=400)
    if not ebay.settings.accept_url:
        words = "No accept address is registered for the RuName: set it on the sandbox's page of eBay."
        raise Refusal("invalid_redirect", words, status=400)
    state = {"state": query["state"]} if "state" in query else {}

    def back(shop: Shop, _asked: object) -> dict[str, str]:
        code = ebay.tokens.issue_code(shop.id, redirect=ebay.app.ru_name, app=ebay.app.client_id)
        ebay.code_scopes[code] = scopes
        return {"code": code, "expires_in": str(int(ebay.settings.code_seconds)), **state}

    return await consent.answer(
        ebay,
        request,
        ebay.settings.accept_url,
        back,
        title="Authorise an application",
        refused={"error": "access_denied", **state},
    )


def _basic(ebay: Ebay, request: Request) -> None:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        named, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        named = secret = ""
    good = hmac.compare_digest(secret.encode(), ebay.app.client_secret.encode()) and named == ebay.app.client_id
    if kind.lower() != "basic" or not good:
        raise Refusal("invalid_client", "client authentication failed", status=401)


def grant(ebay: Ebay, request: Request, raw: bytes) -> Answer:
    """POST /identity/v1/oauth2/token; raises Refusal."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refusal("invalid_request", "the request must be form-encoded", status=400)
    _basic(ebay, request)
    form = form_fields(raw)
    if form.get("grant_type") == "authorization_code":
        return _exchange(ebay, form)
    if form.get("grant_type") == "refresh_token":
        return _renew(ebay, form)
    if form.get("grant_type") == "client_credentials":
        return _application(ebay, form)
    raise Refusal("unsupported_grant_type", "grant type in request is not supported", status=400)


def _exchange(ebay: Ebay, form: dict[str, str]) -> Answer:
    code = form.get("code", "")
    try:
        pair = ebay.tokens.redeem(code, redirect=form.get("redirect_uri", ""), app=ebay.app.client_id)
    except BadToken as problem:
        words = "the provided authorization grant code is invalid or was issued to another client"
        raise Refusal("invalid_grant", words, status=400) from problem
    ebay.scopes[pair.shop_id] = ebay.code_scopes.pop(code)
    return Answer(
        {
            "access_token": pair.access,
            "expires_in": pair.access_seconds,
            "refresh_token": pair.refresh,
            "refresh_token_expires_in": pair.refresh_seconds,
            "token_type": "User Access Token",
        }
    )


def _application(ebay: Ebay, form: dict[str, str]) -> Answer:
    """A token of the application's own; it has the one scope that needs no seller."""
    if form.get("scope") != SCOPE:
        words = "the requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client"
        raise Refusal("invalid_scope", words, status=400)
    held = ebay.notifications
    made = "v^1.1#i^1#A" + token(ebay.core.seed, "ebay", "application", len(held.application_tokens))
    held.application_tokens[made] = ebay.core.clock.now() + ebay.settings.access_token_seconds
    seconds = int(ebay.settings.access_token_seconds)
    return Answer({"access_token": made, "expires_in": seconds, "token_type": "Application Access Token"})


def check_application(ebay: Ebay, request: Request) -> None:
    """The call carries a token of the application's own; raises Refusal."""
    said, _, given = request.headers.get("authorization", "").partition(" ")
    ends = ebay.notifications.application_tokens.get(given, 0.0)
    if said.lower() != "bearer" or ends <= ebay.core.clock.now():
        raise bad_token()


def _renew(ebay: Ebay, form: dict[str, str]) -> Answer:
    """No new refresh token; ``scope`` may ask for no more than was granted."""
    given, asked = form.get("refresh_token", ""), frozenset(form.get("scope", "").split())
    held = ebay.tokens.refreshes.get(given)
    if held is not None and not asked <= ebay.scopes.get(held.shop_id, SCOPES):
        words = "the requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client"
        raise Refusal("invalid_scope", words, status=400)
    try:
        pair = ebay.tokens.renew(given)
    except BadToken as problem:
        words = "the provided authorization refresh token is invalid or was issued to another client"
        raise Refusal("invalid_grant", words, status=400) from problem
    return Answer({"access_token": pair.access, "expires_in": pair.access_seconds, "token_type": "User Access Token"})


def shop_of(ebay: Ebay, request: Request, kind: str, scope: str) -> Shop:
    """Whose token it is; ``kind`` is the word before it (Bearer, IAF). Raises Refusal."""
    said, _, given = request.headers.get("authorization", "").partition(" ")
    if said.lower() != kind.lower():
        raise bad_token()
    try:
        shop = ebay.shops[ebay.tokens.shop_of(given)]
    except BadToken as problem:
        raise bad_token() from problem
    granted = ebay.scopes.get(shop.id, SCOPES)
    needed = {SCOPE if scope == "" else f"{SCOPE}/{scope}"}
    if request.method == "GET" and not scope.endswith(".readonly"):
        needed.add(f"{SCOPE}/{scope}.readonly")
    if scope and not needed & granted:
        raise no_scope()
    return shop


def check_marketplace(request: Request) -> None:
    """Post-Order calls name their marketplace; raises Refusal."""
    if not request.headers.get("x-ebay-c-marketplace-id", "").startswith("EBAY_"):
        long = "X-EBAY-C-MARKETPLACE-ID is missing or not known."
        raise wrong(1602, "Invalid marketplace.", long, domain="returnErrorDomain")


def count_call(ebay: Ebay) -> None:
    """One call of the day's quota; raises Refusal where it is used up."""
    if not ebay.settings.daily_limit:
        return
    now, calls = ebay.core.clock.now(), ebay.calls
    while calls and calls[0] <= now - _DAY:
        calls.popleft()
    if len(calls) >= ebay.settings.daily_calls:
        raise too_many()
    calls.append(now)

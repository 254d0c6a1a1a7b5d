"""Login with Amazon, the token on every call, and the usage plans."""

import hmac
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.amazon.seller import Seller
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.answer import Answer, form_fields
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken


@dataclass(frozen=True)
class Plan:
    """A usage plan: calls a second, and how many may be saved up."""

    rate: float
    burst: int


async def seller_page(seller: Seller, request: Request) -> Response:
    """The consent page; the browser comes back with state, selling_partner_id and spapi_oauth_code."""
    query = request.query_params
    if query.get("application_id") != seller.app.application_id:
        raise Refusal("MD1000", "The application_id is not known.", status=400)
    redirect, state = query.get("redirect_uri", ""), query.get("state", "")

    def back(shop: Shop, _asked: object) -> dict[str, str]:
        code = seller.tokens.issue_code(shop.id, redirect=redirect)
        return {"state": state, "selling_partner_id": shop.id, "spapi_oauth_code": code}

    return await consent.answer(
        seller,
        request,
        redirect,
        back,
        title="Authorise an application",
        refused={"state": state, "error": "access_denied"},
    )


def grant(seller: Seller, raw: bytes, content_type: str) -> Answer:
    """POST /auth/o2/token; raises Refusal in OAuth's words (``GrantDialect`` renders them)."""
    if not content_type.startswith("application/x-www-form-urlencoded"):
        raise Refusal("invalid_request", "The request must be form-encoded.", status=400)
    form = form_fields(raw)
    secret = form.get("client_secret", "")
    known = hmac.compare_digest(secret.encode(), seller.app.client_secret.encode())
    if form.get("client_id") != seller.app.client_id or not known:
        raise Refusal("invalid_client", "Client authentication failed", status=401)
    kind = form.get("grant_type", "")
    field = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(kind)
    if field is None:
        raise Refusal("unsupported_grant_type", "The grant type is not supported", status=400)
    if not form.get(field):
        raise Refusal("invalid_request", f"The request is missing a required parameter : {field}", status=400)
    try:
        if kind == "authorization_code":
            pair = seller.tokens.redeem(form[field], redirect=form.get("redirect_uri", ""))
        else:
            pair = seller.tokens.renew(form[field])
    except BadToken as bad:
        raise Refusal("invalid_grant", f"The request has an invalid grant parameter : {field}", status=400) from bad
    return Answer(
        {
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "token_type": "bearer",
            "expires_in": pair.access_seconds,
        }
    )


def _denied(details: str = "") -> Refusal:
    words = "Access to requested resource is denied."
    return Refusal("Unauthorized", words, status=403, extra={"details": details} if details else {})


def shop_of(seller: Seller, request: Request) -> Shop:
    """Whose token it is; raises Refusal."""
    given = request.headers.get("x-amz-access-token", "")
    if not given:
        raise _denied("Access token is missing in the request header.")
    if not request.headers.get("user-agent"):
        raise Refusal("InvalidInput", "Invalid Input", status=400, extra={"details": "user-agent is required"})
    try:
        shop = seller.shops.get(seller.tokens.shop_of(given))
    except BadToken as bad:
        raise _denied("The access token you provided has expired." if bad.why == "expired" else "") from bad
    if shop is None or not shop.linked:
        raise _denied()
    return shop


def plan_of(seller: Seller, name: str) -> Plan:
    """The usage plan of an operation, by its knobs' name."""
    settings = seller.settings
    return Plan(float(getattr(settings, f"{name}_rate")), int(getattr(settings, f"{name}_burst")))


def spend(seller: Seller, shop: Shop, name: str) -> None:
    """One call of the seller's usage plan; raises Refusal when the bucket is empty."""
    if not seller.settings.usage_plans:
        return
    plan, now = plan_of(seller, name), seller.core.clock.now()
    level, last = seller.plans.get((shop.id, name), (float(plan.burst), now))
    level = min(float(plan.burst), level + max(0.0, now - last) * plan.rate)
    if level < 1:
        seller.plans[shop.id, name] = (level, now)
        words = "You exceeded your quota for the requested resource."
        raise Refusal("QuotaExceeded", words, status=429, extra={"rate": plan.rate})
    seller.plans[shop.id, name] = (level - 1, now)

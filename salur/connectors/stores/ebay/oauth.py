"""eBay's consent page and tokens (contract sheet, "Authorisation")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, iso_moment, needed_text, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import TokenSet

from .wire import Wire

ACCESS_SECONDS = 7200
REFRESH_SECONDS = 47_304_000  # about 18 months
AUTHORISED_UNTIL = "authorised_until"  # kept with the credentials: a refresh does not tell it again
SCOPES = " ".join(
    f"https://api.ebay.com/oauth/api_scope/{scope}"
    for scope in ("sell.fulfillment", "sell.inventory", "commerce.identity.readonly")
)
ASKED_SCOPES = f"{SCOPES} https://api.ebay.com/oauth/api_scope/commerce.notification.subscription"
GRANTED = "granted_scopes"  # kept with the credentials: a refresh may ask for no more than the seller agreed to


def authorize_url(wire: Wire, state: str) -> str:
    """eBay's page. It sends the seller back to the accept address that belongs to the RuName, never to another."""
    asked = {
        "client_id": wire.credentials["client_id"],
        "redirect_uri": wire.credentials["ru_name"],
        "response_type": "code",
        "scope": ASKED_SCOPES,
        "state": state,
    }
    return f"{wire.hosts.consent}/oauth2/authorize?{urlencode(asked)}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for tokens. The code works once: a lost answer means logging in again."""
    code = query.get("code", "")
    if not code:
        raise Rejected(query.get("error") or "no_code", query.get("error_description", ""), field="code")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": wire.credentials["ru_name"]}
    document = wire.tokens(form, Effect.CREATE)
    seconds = min(max(whole(document, "refresh_token_expires_in", REFRESH_SECONDS), 1), 10 * 365 * 86_400)
    ends = datetime.fromtimestamp(wire.clock(), UTC) + timedelta(seconds=seconds)
    return _tokens(wire, document, needed_text(document, "refresh_token"), ends, ASKED_SCOPES)


def refresh(wire: Wire) -> TokenSet:
    """A new access token. The refresh token stays good, so the call may be repeated."""
    held = wire.credentials.get("refresh_token")
    granted = wire.credentials.get(GRANTED) or SCOPES
    form = {"grant_type": "refresh_token", "refresh_token": held, "scope": granted}
    document = wire.tokens(form, Effect.REPEATABLE)
    ends = iso_moment(wire.credentials.values, AUTHORISED_UNTIL)
    return _tokens(wire, document, text(document, "refresh_token") or held, ends, granted)


def _tokens(wire: Wire, document: JsonObject, refresh_token: str, ends: datetime | None, granted: str) -> TokenSet:
    seconds = min(max(whole(document, "expires_in", ACCESS_SECONDS), 1), 86_400)
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=refresh_token,
        access_expires_at=datetime.fromtimestamp(wire.clock(), UTC) + timedelta(seconds=seconds),
        refresh_expires_at=ends,
        details={GRANTED: granted, **({AUTHORISED_UNTIL: ends.isoformat()} if ends else {})},
    )

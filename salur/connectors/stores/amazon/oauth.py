"""Amazon's consent page and tokens (contract sheet, "Authorisation")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, iso_moment, needed_text, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import TokenSet

from .form import DRAFT
from .wire import Wire

ACCESS_SECONDS = 3600
AUTHORISED_DAYS = 365  # after a year the seller agrees anew (assumed)
AUTHORISED_UNTIL = "authorised_until"  # kept with the credentials: a refresh does not tell it again


def authorize_url(wire: Wire, redirect: str, state: str) -> str:
    """Seller Central of the country; an app that is not published needs ``version=beta``."""
    asked = [
        ("application_id", wire.credentials["application_id"]),
        ("state", state),
        ("redirect_uri", redirect),
    ]
    if wire.credentials.get("stage") == DRAFT:
        asked.append(("version", DRAFT))
    return f"{wire.addresses.consent}/apps/authorize/consent?{urlencode(asked)}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for tokens. The code works once: a lost answer means logging in again."""
    code, seller = query.get("spapi_oauth_code", ""), query.get("selling_partner_id", "")
    if not code or not seller:
        raise Rejected("no_code", "the redirect carries no code and seller", field="spapi_oauth_code")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": wire.credentials.get("redirect_uri"),
    }
    document = wire.tokens(form, Effect.CREATE)
    ends = datetime.fromtimestamp(wire.clock(), UTC) + timedelta(days=AUTHORISED_DAYS)
    return _tokens(wire, document, needed_text(document, "refresh_token"), ends, seller)


def refresh(wire: Wire) -> TokenSet:
    """A new access token. The refresh token stays good, so the call may be repeated."""
    held = wire.credentials.get("refresh_token")
    document = wire.tokens({"grant_type": "refresh_token", "refresh_token": held}, Effect.REPEATABLE)
    ends = iso_moment(wire.credentials.values, AUTHORISED_UNTIL)
    return _tokens(wire, document, text(document, "refresh_token") or held, ends)


def _tokens(wire: Wire, document: JsonObject, refresh_token: str, ends: datetime | None, seller: str = "") -> TokenSet:
    now = datetime.fromtimestamp(wire.clock(), UTC)
    seconds = min(max(whole(document, "expires_in", ACCESS_SECONDS), 1), 86_400)
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=refresh_token,
        access_expires_at=now + timedelta(seconds=seconds),
        refresh_expires_at=ends,
        identity=seller,
        details={AUTHORISED_UNTIL: ends.isoformat()} if ends else {},
    )

"""Lazada's login and tokens (contract sheet, "Authorisation")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.errors import AuthExpired, AuthRejected, Rejected
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text, whole
from salur.connectors.base.types import TokenSet

from .wire import Wire

LONGEST_SECONDS = 400 * 86_400
ACCESS_SECONDS, REFRESH_SECONDS = 7 * 86_400, 30 * 86_400  # the shorter of the documented lives, if none is told
CROSS_BORDER = "CB"  # as ``country``: the login opens several countries (assumed)


def authorize_url(wire: Wire, redirect: str, state: str) -> str:
    """Lazada's page, where the seller logs in; ``country`` spares cross-border sellers a choice."""
    asked = {
        "response_type": "code",
        "force_auth": "true",
        "redirect_uri": redirect,
        "client_id": wire.credentials["app_key"],
        "state": state,
        **({"country": wire.venture.lower()} if wire.venture else {}),
    }
    return f"{wire.login_url}/oauth/authorize?{urlencode(asked)}"


def exchange(wire: Wire, query: dict[str, str]) -> TokenSet:
    """The redirect's code for tokens. The code works once: a lost answer means logging in again."""
    if not query.get("code"):
        raise Rejected("no_code", "the redirect carries no code", field="code")
    return _tokens(wire, _ask(wire, "/auth/token/create", {"code": query["code"]}))


def refresh(wire: Wire) -> TokenSet:
    """New tokens. The old refresh token is used up (assumed), so this is no call to repeat blindly."""
    held = wire.credentials.get("refresh_token")
    return _tokens(wire, _ask(wire, "/auth/token/refresh", {"refresh_token": held}), held)


def _ask(wire: Wire, path: str, asked: dict[str, str]) -> JsonObject:
    """Refused codes and tokens cannot be mended by refreshing: the owner must log in again."""
    try:
        return wire.get_token(path, asked)
    except (AuthExpired, Rejected) as refusal:
        raise AuthRejected(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal


def _tokens(wire: Wire, document: JsonObject, held: str = "") -> TokenSet:
    now = datetime.fromtimestamp(wire.clock(), UTC)
    venture, seller = _seller(document, wire.venture)
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=text(document, "refresh_token") or held or needed_text(document, "refresh_token"),
        access_expires_at=now + _life(document, "expires_in", ACCESS_SECONDS),
        refresh_expires_at=now + _life(document, "refresh_expires_in", REFRESH_SECONDS),
        identity=needed_text(seller, "seller_id"),
        details={
            "venture": venture,
            "short_code": text(seller, "short_code"),
            "cross_border": "yes" if text(document, "country").upper() == CROSS_BORDER else "no",
        },
    )


def _life(document: JsonObject, key: str, default: int) -> timedelta:
    return timedelta(seconds=max(0, min(whole(document, key, default), LONGEST_SECONDS)))


def _seller(document: JsonObject, wanted: str) -> tuple[str, JsonObject]:
    """The country and its seller; one store is one country, so it must be chosen where the login opens several."""
    rows = as_objects(document.get("country_user_info"), "country_user_info")
    sellers = {text(row, "country").upper(): row for row in rows}
    if not wanted and len(sellers) == 1:
        wanted = next(iter(sellers))
    if wanted in sellers:
        return wanted, sellers[wanted]
    opened = ", ".join(sorted(sellers)) or "no country"
    raise Rejected("which_country", f"the login opens {opened}: choose one of them in the form", field="venture")

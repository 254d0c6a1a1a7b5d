"""JD's login: where the merchant is sent, code to tokens, tokens to newer ones (contract sheet jd.md, 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.errors import AuthRejected, ContractBroken, Rejected
from salur.connectors.base.reading import as_object, needed_text, parse_json, text, whole
from salur.connectors.base.transport import Call, Effect, Transport
from salur.connectors.base.types import TokenSet

SCOPE = "snsapi_base"
LONGEST_SECONDS = 365 * 86_400
REFRESH_TOKEN_DAYS = 60  # assumed: JD names no life of the refresh token


def login_address(base: str, app_key: str, redirect: str, state: str) -> str:
    """The page where the merchant logs in, and ticks "subscribe to messages" (R26, R27)."""
    query = {
        "app_key": app_key,
        "response_type": "code",
        "redirect_uri": redirect,
        "state": state,
        "scope": SCOPE,
    }
    return f"{base.rstrip('/')}/to_login?{urlencode(query)}"


def exchange_code(transport: Transport, base: str, keys: Mapping[str, str], query: Mapping[str, str]) -> TokenSet:
    """The code that came back with the merchant, for tokens; :class:`Rejected` when JD sent none."""
    code = query.get("code", "")
    if not code:
        said = query.get("error_description") or query.get("error") or "the login brought no code"
        raise Rejected("no_code", said, field="code")
    return _tokens(transport, f"{base.rstrip('/')}/access_token", {
        **keys, "grant_type": "authorization_code", "code": code,
    })  # fmt: skip


def renew(transport: Transport, base: str, keys: Mapping[str, str], refresh_token: str) -> TokenSet:
    """Newer tokens; the old refresh token is used up by this."""
    return _tokens(transport, f"{base.rstrip('/')}/refresh_token", {
        **keys, "grant_type": "refresh_token", "refresh_token": refresh_token,
    })  # fmt: skip


def _tokens(transport: Transport, url: str, query: Mapping[str, str]) -> TokenSet:
    answer = transport.send(Call("GET", url, query["grant_type"], Effect.CREATE, params=tuple(query.items())))
    document = as_object(parse_json(answer.content, "tokens"), "tokens")
    if answer.status >= 400 or text(document, "code", "0") != "0":
        raise AuthRejected(text(document, "code") or str(answer.status), text(document, "msg"), "", answer.exchange_id)
    seconds = whole(document, "expires_in")
    if seconds < 1:
        raise ContractBroken("missing", "expires_in is missing", field="expires_in")
    now = datetime.now(UTC)
    return TokenSet(
        access_token=needed_text(document, "access_token"),
        refresh_token=needed_text(document, "refresh_token"),
        access_expires_at=now + timedelta(seconds=min(seconds, LONGEST_SECONDS)),
        refresh_expires_at=now + timedelta(days=REFRESH_TOKEN_DAYS),
    )

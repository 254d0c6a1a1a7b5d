"""Access that ends and is renewed (R23), and clocks that differ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from salur.connectors.base.errors import AuthExpired, AuthRejected
from salur.connectors.base.types import TokenSet

from .bench import Bench
from .checks import Book, Bypass, Power, expect

OAUTH = Book("Tokens", look="refresh(), errors.py (AuthExpired)", abilities=("oauth",))
GRANT = Book("Tokens", look="grant(), refresh(), errors.py", abilities=("grant",))
CLOCK = Book("Clock", look="wire.py (times of requests), errors.py")
AT_ONCE = 12
VERIFIER = "kit-verifier-" + "x" * 40  # what the hub makes anew for each login (PKCE)


def refreshed(bench: Bench, values: dict[str, str]) -> TokenSet:
    """New tokens for old ones."""
    tokens = bench.connector(credentials=values).refresh()
    expect(isinstance(tokens, TokenSet), "a TokenSet", type(tokens).__name__)
    assert isinstance(tokens, TokenSet)  # noqa: S101 - said above, for the type checker
    expect(tokens.access_token and tokens.refresh_token, "both tokens", "one is empty")
    ends = tokens.access_expires_at
    expect(ends.tzinfo is not None and ends > datetime.now(UTC), "an aware end that lies ahead", ends)
    return tokens


def held(values: dict[str, str], tokens: TokenSet) -> dict[str, str]:
    """Credentials with new tokens."""
    return {**values, "access_token": tokens.access_token, "refresh_token": tokens.refresh_token}


def _renewable(bench: Bench) -> dict[str, str]:
    """Credentials with a refresh token."""
    values = bench.credentials()
    if not values.get("refresh_token"):
        raise Bypass("a login gives no refresh token here: access does not end by itself")
    return values


def _expired(bench: Bench) -> dict[str, str]:
    """Credentials whose access token is too old by now."""
    values = _renewable(bench)
    values = held(values, refreshed(bench, values))
    if not bench.rig.end_access():
        raise Bypass(f"{bench.rig.name} cannot end the access before its time")
    return values


@OAUTH.check("tokens.address", "The login address carries our state and where to return", "R23")
def address(bench: Bench) -> None:
    """Without the state a login could be passed off as another merchant's."""
    back = "https://hub.example/return"
    url = bench.altered({"redirect_uri": back, "code_verifier": VERIFIER}).authorize_url(back, "state-4711")
    expect(url.startswith(("http://", "https://")), "an address", url[:100])
    expect("state-4711" in url, "the state in the address", "it is not there")
    registered = getattr(bench.plugin.capabilities, "return_by", "link") == "console"
    shown = "hub.example" in url or registered or _named(bench, url)
    expect(shown, "where to return in the address", "it is not there")
    secrets = [value for key, value in bench.credentials().items() if key in bench.secret_keys() and len(value) > 7]
    expect(not any(value in url for value in secrets if value != bench.credentials().get("app_key")),
           "no secret in an address that a browser opens", "one is in it")  # fmt: skip


def _named(bench: Bench, url: str) -> bool:
    """Whether the address names a return that is registered at the partner, by a name that was typed in."""
    values = bench.credentials()
    typed = {values.get(field.key) for field in bench.form() if not field.secret}
    return parse_qs(urlsplit(url).query).get("redirect_uri", [""])[0] in typed - {"", None}


@OAUTH.check("tokens.bad_login", "A login that brings no code, or a wrong one, is refused", "R23")
def bad_login(bench: Bench) -> None:
    """What comes back with a redirect is anybody's."""
    for query in ({}, {"code": "KIT-WRONG", "state": "state-4711"}):
        outcome = bench.attempt(bench.connector().exchange, dict(query))
        expect(outcome.error is not None, "a refusal", outcome)


@OAUTH.check("tokens.expired", "A token that is too old is AuthExpired; renewed, it goes on", "R23", Power.TOKENS)
def expired(bench: Bench) -> None:
    """The hub renews once and repeats; AuthRejected would pause the account instead."""
    values = _expired(bench)
    outcome = bench.attempt(bench.connector(credentials=values).verify)
    expect(isinstance(outcome.error, AuthExpired), "AuthExpired", outcome)
    tokens = refreshed(bench, values)
    again = bench.attempt(bench.connector(credentials=held(values, tokens)).verify)
    expect(again.error is None, "an answer with the new tokens", again)


@OAUTH.check("tokens.together", "When it ends for many calls at once, each is told, and one renewal serves all", "R23",
             Power.TOKENS)  # fmt: skip
def together(bench: Bench) -> None:
    """Twelve calls over one connector."""
    values = _expired(bench)
    connector = bench.connector(credentials=values)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda _: bench.attempt(connector.verify), range(AT_ONCE)))
    odd = [str(one) for one in outcomes if not isinstance(one.error, AuthExpired)]
    expect(not odd, "AuthExpired for each", odd[:3])
    fresh = bench.connector(credentials=held(values, refreshed(bench, values)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda _: bench.attempt(fresh.verify), range(AT_ONCE)))
    odd = [str(one) for one in outcomes if one.error is not None]
    expect(not odd, "an answer for each with the new tokens", odd[:3])


@OAUTH.check("tokens.used", "A refresh token that is worth nothing is AuthRejected", "R23")
def used(bench: Bench) -> None:
    """The account pauses until its owner logs in again."""
    _renewable(bench)
    connector = bench.altered({"refresh_token": "kit-not-a-token"})
    outcome = bench.attempt(connector.refresh)
    expect(isinstance(outcome.error, AuthRejected | AuthExpired), "AuthRejected", outcome)


def granted(bench: Bench, values: dict[str, str], *, again: bool = False) -> dict[str, str]:
    """Credentials with tokens that the typed keys bought."""
    connector = bench.connector(credentials=values)
    tokens = connector.refresh() if again else connector.grant()
    expect(isinstance(tokens, TokenSet), "a TokenSet", type(tokens).__name__)
    ends = tokens.access_expires_at
    expect(ends.tzinfo is not None and ends > datetime.now(UTC), "an aware end that lies ahead", ends)
    return held({**values, **tokens.details, **({"shop_id": tokens.identity} if tokens.identity else {})}, tokens)


@GRANT.check("tokens.granted", "The typed keys alone buy a token that opens the account", "R8, R9")
def grants(bench: Bench) -> None:
    """Nothing but what the form asks for is there at first."""
    typed = {field.key: bench.credentials().get(field.key, "") for field in bench.form()}
    outcome = bench.attempt(bench.connector(credentials=granted(bench, typed)).verify)
    expect(outcome.error is None, "an answer with the token bought", outcome)


@GRANT.check("tokens.granted_again", "A token that is too old is AuthExpired; another is bought and it goes on", "R23",
             Power.TOKENS)  # fmt: skip
def grants_again(bench: Bench) -> None:
    """The hub renews once and repeats; AuthRejected would pause the account instead."""
    values = granted(bench, bench.credentials())
    if not bench.rig.end_access():
        raise Bypass(f"{bench.rig.name} cannot end the access before its time")
    outcome = bench.attempt(bench.connector(credentials=values).verify)
    expect(isinstance(outcome.error, AuthExpired), "AuthExpired", outcome)
    again = bench.attempt(bench.connector(credentials=granted(bench, values, again=True)).verify)
    expect(again.error is None, "an answer with the new token", again)


@OAUTH.check("tokens.twice", "A refresh token used twice: refused, or new tokens that work", "R23, issue: bad input")
def twice(bench: Bench) -> None:
    """Where it works once, the second time is AuthRejected; the tokens of the first are not lost by it."""
    values = _renewable(bench)
    first = refreshed(bench, values)
    second = bench.attempt(bench.connector(credentials=values).refresh)
    if second.error is None:
        found = bench.attempt(bench.connector(credentials=held(values, second.value)).verify)
        expect(found.error is None, "an answer with the tokens of the second time", found)
        return
    expect(isinstance(second.error, AuthRejected), "AuthRejected", second)
    found = bench.attempt(bench.connector(credentials=held(values, first)).verify)
    expect(found.error is None, "an answer with the tokens of the first time", found)


@CLOCK.check("clock.minutes", "Clocks two minutes apart do not matter", "issue: clock skew", Power.CLOCK)
def minutes(bench: Bench) -> None:
    """The partner's goes ahead, then behind."""
    for seconds in (120, -240):
        bench.rig.advance(seconds)
        outcome = bench.attempt(bench.connector().verify)
        expect(outcome.error is None, f"an answer, the partner's clock at {seconds:+d} seconds", outcome)


@CLOCK.check("clock.days", "Clocks a day apart: an answer or a partner error, never a crash", "issue: clock skew",
             Power.CLOCK)  # fmt: skip
def days(bench: Bench) -> None:
    """The partner's goes behind."""
    bench.rig.advance(-86400)
    bench.attempt(bench.connector().verify)

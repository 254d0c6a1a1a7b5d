"""Codes, access tokens and refresh tokens of a store that is let in by a login."""

import base64
import hashlib
import itertools
from dataclasses import dataclass

from salur.sandbox.engine.clock import Clock
from salur.sandbox.engine.dice import token
from salur.sandbox.storefront.settings import StoreSettings


class BadToken(Exception):
    """``why`` is ``unknown``, ``expired``, ``used``, ``redirect``, ``verifier`` or ``app``; the partner words it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Code:
    """What the seller's browser brings back. Single use."""

    shop_id: str
    expires_at: float
    redirect: str = ""
    challenge: str = ""
    app: str = ""
    used: bool = False


@dataclass
class Access:
    """A token for calls."""

    shop_id: str
    expires_at: float


@dataclass
class Refresh:
    """``access`` is the token it came with."""

    shop_id: str
    expires_at: float
    access: str
    used: bool = False


@dataclass(frozen=True)
class Pair:
    """Fresh tokens, with their lifetimes in seconds."""

    shop_id: str
    access: str
    refresh: str
    access_seconds: int
    refresh_seconds: int


class Tokens:
    """All of one partner. ``rotates``: a refresh token works once and the answer brings the next."""

    def __init__(self, name: str, seed: int, clock: Clock, settings: StoreSettings, *, rotates: bool = True) -> None:
        self._name, self._seed, self._clock, self._settings = name, seed, clock, settings
        self._rotates = rotates
        self._ids = itertools.count(1)
        self.codes: dict[str, Code] = {}
        self.access: dict[str, Access] = {}
        self.refreshes: dict[str, Refresh] = {}
        #: What every token begins with; ``{shop}`` in it becomes the shop's id, for partners whose tokens show it.
        self.prefix = ""

    def _fresh(self, kind: str, shop_id: str) -> str:
        return self.prefix.format(shop=shop_id) + token(self._seed, self._name, kind, next(self._ids), shop_id)

    def issue_code(self, shop_id: str, *, redirect: str = "", challenge: str = "", app: str = "") -> str:
        """The seller has agreed: a code for one exchange."""
        code = self._fresh("code", shop_id)
        self.codes[code] = Code(shop_id, self._clock.now() + self._settings.code_seconds, redirect, challenge, app)
        return code

    def redeem(self, code: str, *, redirect: str = "", verifier: str = "", app: str = "") -> Pair:
        """A code for tokens; raises BadToken. What the code was not bound to is not compared."""
        held = self.codes.get(code)
        if held is None:
            raise BadToken("unknown")
        if held.used:
            raise BadToken("used")
        if held.expires_at <= self._clock.now():
            raise BadToken("expired")
        if held.app and held.app != app:
            raise BadToken("app")
        if held.redirect and held.redirect != redirect:
            raise BadToken("redirect")
        if held.challenge and held.challenge != s256(verifier):
            raise BadToken("verifier")
        held.used = True
        return self.issue(held.shop_id)

    def issue(self, shop_id: str) -> Pair:
        """A pair of tokens."""
        now, settings = self._clock.now(), self._settings
        pair = Pair(
            shop_id,
            self._fresh("access", shop_id),
            self._fresh("refresh", shop_id),
            int(settings.access_token_seconds),
            int(settings.refresh_token_seconds),
        )
        self.access[pair.access] = Access(shop_id, now + settings.access_token_seconds)
        self.refreshes[pair.refresh] = Refresh(shop_id, now + settings.refresh_token_seconds, pair.access)
        return pair

    def renew(self, refresh: str) -> Pair:
        """New tokens for a refresh token; raises BadToken. The old access token lives on for a short grace."""
        held = self.refreshes.get(refresh)
        if held is None:
            raise BadToken("unknown")
        if held.used:
            raise BadToken("used")
        now = self._clock.now()
        if held.expires_at <= now:
            raise BadToken("expired")
        old = self.access.get(held.access)
        if old is not None:
            old.expires_at = min(old.expires_at, now + self._settings.old_token_grace)
        if self._rotates:
            held.used = True
            return self.issue(held.shop_id)
        access = self._fresh("access", held.shop_id)
        self.access[access] = Access(held.shop_id, now + self._settings.access_token_seconds)
        held.access = access
        return Pair(held.shop_id, access, refresh, int(self._settings.access_token_seconds), int(held.expires_at - now))

    def shop_of(self, access: str) -> str:
        """The shop that a token opens; raises BadToken."""
        held = self.access.get(access)
        if held is None:
            raise BadToken("unknown")
        if held.expires_at <= self._clock.now():
            raise BadToken("expired")
        return held.shop_id

    def end(self, shop_id: str, which: str) -> None:
        """End what a shop has: ``access``, ``refresh``, or ``link`` (all, as if never issued)."""
        now = self._clock.now()
        if which == "access":
            for access in self.access.values():
                access.expires_at = min(access.expires_at, now) if access.shop_id == shop_id else access.expires_at
        elif which == "refresh":
            for refresh in self.refreshes.values():
                if refresh.shop_id == shop_id:
                    refresh.expires_at = min(refresh.expires_at, now)
        elif which == "link":
            self.access = {key: held for key, held in self.access.items() if held.shop_id != shop_id}
            self.refreshes = {key: held for key, held in self.refreshes.items() if held.shop_id != shop_id}
        else:
            raise ValueError("expire must be access, refresh or link")


def s256(verifier: str) -> str:
    """PKCE's challenge of a verifier (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

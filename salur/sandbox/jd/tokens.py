"""Codes and tokens: how long they live and what ends them (jd.md, 1; contracts/jd/facts.md, Authorisation)."""

import itertools
from dataclasses import dataclass
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.jd.settings import JdSettings


@dataclass
class Grant:
    """What a code or token opens: one PIN, through one app."""

    app_key: str
    pin: str
    expires_at: float


class TokenBook:
    """Everything that was issued and still lives."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._serial = itertools.count(1)
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}

    @property
    def _settings(self) -> JdSettings:
        return self._core.settings.part("jd", JdSettings)

    def _new(self, kind: str) -> str:
        return token(self._core.seed, "jd", kind, next(self._serial))

    def code(self, app_key: str, pin: str) -> str:
        """A code for a PIN that has just logged in."""
        made = self._new("code")
        self._codes[made] = Grant(app_key, pin, self._core.clock.now() + self._settings.code_seconds)
        return made

    def log_in(self, app_key: str, code: str) -> dict[str, Any] | None:
        """Tokens for a code; None when it is unknown, used, expired or another app's."""
        grant = self._codes.get(code)
        if grant is None or grant.app_key != app_key or not self._lives(grant):
            return None
        del self._codes[code]
        if self._settings.login_ends_old:
            self.end(app_key, grant.pin)
        return self.issue(app_key, grant.pin)

    def renew(self, app_key: str, refresh_token: str) -> dict[str, Any] | None:
        """The next pair for a refresh token; None when it is unknown, used, expired or another app's."""
        grant = self._refresh.get(refresh_token)
        if grant is None or grant.app_key != app_key or not self._lives(grant):
            return None
        del self._refresh[refresh_token]
        self.expire_access(grant.pin, self._settings.old_token_grace, app_key)
        return self.issue(app_key, grant.pin)

    def issue(self, app_key: str, pin: str, access_token: str = "") -> dict[str, Any]:
        """A new pair, as JD answers it."""
        now, settings = self._core.clock.now(), self._settings
        access, refresh = access_token or self._new("access"), self._new("refresh")
        self._access[access] = Grant(app_key, pin, now + settings.access_token_seconds)
        self._refresh[refresh] = Grant(app_key, pin, now + settings.refresh_token_seconds)
        return {
            "access_token": access,
            "expires_in": int(settings.access_token_seconds),
            "refresh_token": refresh,
            "open_id": token(self._core.seed, "jd open id", app_key, pin),
        }

    def pin_of(self, app_key: str, access_token: str) -> str | None:
        """The PIN that a token opens for an app; None when it does not live."""
        grant = self._access.get(access_token)
        return grant.pin if grant is not None and grant.app_key == app_key and self._lives(grant) else None

    def expire_access(self, pin: str, grace: float = 0.0, app_key: str | None = None) -> None:
        """End a PIN's access tokens after ``grace`` seconds at the latest."""
        self._shorten(self._access, pin, grace, app_key)

    def expire_refresh(self, pin: str) -> None:
        """End a PIN's refresh tokens."""
        self._shorten(self._refresh, pin, 0.0, None)

    def _shorten(self, grants: dict[str, Grant], pin: str, grace: float, app_key: str | None) -> None:
        end = self._core.clock.now() + grace
        for grant in grants.values():
            if grant.pin == pin and app_key in (None, grant.app_key):
                grant.expires_at = min(grant.expires_at, end)

    def end(self, app_key: str | None, pin: str) -> None:
        """Withdraw what an app (or all) got for a PIN."""
        for grants in (self._access, self._refresh):
            for key in [key for key, grant in grants.items() if grant.pin == pin and app_key in (None, grant.app_key)]:
                del grants[key]

    def _lives(self, grant: Grant) -> bool:
        return self._core.clock.now() < grant.expires_at

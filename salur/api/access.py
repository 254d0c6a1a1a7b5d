"""Who calls: a bearer token with scopes, whose merchant's scope every endpoint works in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from ninja.security import HttpBearer

from salur.foundation.problems import Refusal
from salur.tenancy import entitlements
from salur.tenancy.models import Entitlement
from salur.tenancy.scope import merchant_scope
from salur.tenancy.tokens import TokenIdentity, authenticate


class ApiRequest(HttpRequest):
    """A request whose token was recognised."""

    auth: TokenIdentity


class ScopeMissing(Refusal):
    """The token lacks the scope named in the evidence."""

    code = "scope_missing"


class Bearer(HttpBearer):
    """``Authorization: Bearer salur_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> TokenIdentity | None:
        """Whose token it is; None if it is not valid."""
        return authenticate(token.strip())


@contextmanager
def acting(request: ApiRequest, scope: str = "", *, entitlement: Entitlement | None = None) -> Iterator[None]:
    """The scope of the token's merchant; raises :class:`ScopeMissing` or NotEntitled (R2).

    Without ``scope`` any valid token will do.
    """
    who = request.auth
    if scope and not who.allows(scope):
        raise ScopeMissing(scope=scope)
    with merchant_scope(who.merchant_id, actor=who.actor, cause=f"api {request.method} {request.path}"):
        if entitlement is not None:
            entitlements.require(entitlement)
        yield

"""Keys for the API: shown once, kept as a digest, limited to scopes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now

from . import audit
from .models import ApiToken, Membership, Role, User
from .scope import merchant_scope

SCOPES = {
    "orders:read": _("Read orders"),
    "orders:write": _("Change orders"),
    "outbound:read": _("Read outbound lists"),
    "outbound:write": _("Push and cancel outbound lists"),
    "inbound:read": _("Read inbound lists"),
    "inbound:write": _("Announce goods, submit and cancel inbound lists"),
    "products:read": _("Read master products"),
    "products:write": _("Make and change master products"),
    "stock:read": _("Read stock"),
    "stock:write": _("Change stock"),
    "imports:write": _("Import orders"),
    "runs:read": _("Read sync reports"),
    "integrations:write": _("Connect stores and warehouses"),
}
"""Every scope with what it allows, in words."""

MARK = "salur_"  # lets secret scanners know such a key when it lies in a repository
SHOWN = 12
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownScope(ValueError):
    """A scope that is not in :data:`SCOPES`."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. ``secret`` is known now and never again."""

    token_id: int
    secret: str

    def __repr__(self) -> str:
        return f"NewToken({self.token_id}, ***)"


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """Who calls the API, and what the token allows."""

    merchant_id: int
    token_id: int
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """The name under which the scope acts."""
        return f"token:{self.token_id}"

    def allows(self, scope: str) -> bool:
        """Whether the token has the scope; ``…:write`` does not include ``…:read``."""
        return scope in self.scopes


def digest_of(secret: str) -> str:
    """What is stored. The secret has 256 random bits, so a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create(
    name: str, scopes: Iterable[str], *, created_by: User | None = None, expires_at: datetime | None = None
) -> NewToken:
    """A new token of the scope's merchant; raises :class:`UnknownScope`."""
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise UnknownScope(", ".join(unknown))
    secret = MARK + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        name=name,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=wanted,
        created_by=created_by,
        created_at=now(),
        expires_at=expires_at,
    )
    audit.record("token.created", f"token:{row.pk}", name=name, scopes=wanted)
    return NewToken(row.pk, secret)


def authenticate(raw: str) -> TokenIdentity | None:
    """Whose token this is (outside any scope); None if it is unknown, revoked or past its end."""
    if not raw.startswith(MARK):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_id, token_id FROM salur_token(%s)", [digest_of(raw)])
        found = cursor.fetchone()
    if found is None:
        return None
    merchant_id, token_id = found
    with merchant_scope(merchant_id, actor=f"token:{token_id}", cause="authenticate"):
        at = now()
        token = ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).first()
        if token is None or (token.expires_at is not None and token.expires_at <= at):
            return None
        if token.last_used_at is None or token.last_used_at < at - USE_NOTED_EVERY:
            _note_use(token_id, at)
        return TokenIdentity(merchant_id, token_id, frozenset(token.scopes))


def _note_use(token_id: int, at: datetime) -> None:
    """Of many calls at once only one writes; the others see that it is noted already."""
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
    ApiToken.objects.filter(unnoted, pk=token_id).update(last_used_at=at)


def owner_behind(token_id: int) -> User | None:
    """Who made a token of the scope's merchant, if they are an owner of it still."""
    token = ApiToken.objects.select_related("created_by").filter(pk=token_id).first()
    maker = None if token is None else token.created_by
    return maker if Membership.objects.filter(user=maker, role=Role.OWNER).exists() else None


def revoke(token_id: int) -> bool:
    """End a token of the scope's merchant at once; False if there is none or it was revoked before."""
    ended = ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=now())
    if ended:
        audit.record("token.revoked", f"token:{token_id}")
    return bool(ended)

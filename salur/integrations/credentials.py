"""Renewing credentials once only, whoever notices first, and turning the encryption keys (R15, design 12).

The partner takes a refresh token once. Whoever needs new tokens takes a lease on the credential's row, calls the
partner with no transaction open, and saves under the version it began with; everybody else waits for that version to
change and uses what was saved.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.db.models import F, Q

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, Retryable
from salur.connectors.base.transport import Exchange
from salur.connectors.base.types import Credentials, TokenSet
from salur.foundation import secrets
from salur.foundation.clock import now
from salur.tenancy import audit
from salur.tenancy.models import Merchant
from salur.tenancy.scope import merchant_scope

from .connections import ConnectionPaused, Kind, NotConnected, find_credential, pause
from .exchanges import save_exchanges
from .lines import PartnerLine, load_line
from .models import Credential
from .sealing import seal, unseal
from .speaking import speak

LEASE = timedelta(seconds=60)  # well above the deadline of the one call made under it
PAUSE_AFTER_FAILURE = timedelta(seconds=2)
POLL_SECONDS = 0.05
LONGEST_WAIT = 45.0  # seconds that somebody waits for another's refresh

ACTOR = "worker"


def can_refresh(line: PartnerLine) -> bool:
    """Whether this partner gives new tokens for old ones."""
    return bool({"oauth", "grant"} & line.plugin.capabilities.abilities)


def is_due(line: PartnerLine) -> bool:
    """Whether it is time to renew the access, ahead of its end."""
    return line.renew_at is not None and line.renew_at <= now()


def refreshed(line: PartnerLine) -> PartnerLine:
    """The line with newer credentials, refreshed by us or by somebody else in the meantime (outside any scope).

    Raises AuthRejected (the connection is paused then) or Retryable (nothing is lost; later).
    """
    if not can_refresh(line):
        raise AuthRejected("expired", "the partner no longer accepts the credentials, and they cannot be renewed")
    gives_up = time.monotonic() + LONGEST_WAIT
    while True:
        newer = _newer_or_lease(line)
        if isinstance(newer, PartnerLine):
            return newer
        if newer:
            return _refresh(line)
        if time.monotonic() > gives_up:
            raise Retryable("refresh_waits", "another worker has not finished renewing the access")
        time.sleep(POLL_SECONDS)


def _newer_or_lease(line: PartnerLine) -> PartnerLine | bool:
    """The line with what somebody saved; else whether the lease is ours."""
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="refresh"):
        try:
            current = load_line(line.kind, line.id)
        except ConnectionPaused as paused:
            raise AuthRejected("paused", str(paused.evidence.get("reason", ""))) from paused
        except NotConnected as gone:
            raise AuthRejected("disconnected", "the connection was taken down") from gone
        if current.credential_version != line.credential_version:
            return current
        taken = (
            Credential.objects.filter(**{f"{line.kind}_id": line.id}, version=line.credential_version)
            .filter(Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=now()))
            .update(refresh_lease_until=now() + LEASE)
        )
        return bool(taken)


def _refresh(line: PartnerLine) -> PartnerLine:
    spoken = speak(line.plugin, line.credentials, lambda connector: connector.refresh())
    if spoken.error is None and isinstance(spoken.value, TokenSet):
        return _save(line, spoken.value, spoken.exchanges)
    _give_up(line, spoken.error, spoken.exchanges)
    error = spoken.error
    if isinstance(error, AuthRejected | AuthExpired):
        raise AuthRejected(error.code, error.message, exchange_id=error.exchange_id)
    said = error or Retryable("no_tokens", "the refresh gave no tokens")
    raise Retryable("refresh_failed", f"{said.code} {said.message}".strip(), exchange_id=said.exchange_id)


def with_tokens(credentials: Credentials, tokens: TokenSet) -> Credentials:
    """The credentials with the tokens in them, what the partner told beside, and the shop opened as ``shop_id``."""
    changes = {**tokens.details, "access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    if tokens.identity:
        changes["shop_id"] = tokens.identity
    return credentials.replaced(**changes)


def _save(line: PartnerLine, tokens: TokenSet, exchanges: list[Exchange]) -> PartnerLine:
    """Both tokens are saved before either is used; a newer version of somebody else wins."""
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="refresh"):
        save_exchanges(line.kind, line.id, exchanges)
        row = find_credential(line.kind, line.id)
        if row is not None and row.version == line.credential_version:
            held = unseal(row.sealed, line.merchant_id, line.kind, line.id)
            Credential.objects.filter(pk=row.pk, version=row.version).update(
                sealed=seal(with_tokens(held, tokens).values, line.merchant_id, line.kind, line.id),
                version=F("version") + 1,
                access_expires_at=tokens.access_expires_at,
                refresh_expires_at=tokens.refresh_expires_at,
                refresh_lease_until=None,
                updated_at=now(),
            )
        return load_line(line.kind, line.id)


def _give_up(line: PartnerLine, error: PartnerError | None, exchanges: list[Exchange]) -> None:
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="refresh"):
        save_exchanges(line.kind, line.id, exchanges)
        ours = Credential.objects.filter(**{f"{line.kind}_id": line.id}, version=line.credential_version)
        # Not free at once: whoever waits would ask the partner the same again without a pause.
        still_ours = ours.update(refresh_lease_until=now() + PAUSE_AFTER_FAILURE)
        if still_ours and isinstance(error, AuthRejected | AuthExpired):
            pause(line.kind, line.id, f"{error.code} {error.message}".strip())


def store_credentials(
    kind: Kind, connection_id: int, merchant_id: int, credentials: Credentials, tokens: TokenSet | None
) -> None:
    """Save new credentials of a connection (inside a scope): the version rises, so lines read before are outdated."""
    values = {
        "sealed": seal(credentials.values, merchant_id, kind, connection_id),
        "access_expires_at": tokens.access_expires_at if tokens else None,
        "refresh_expires_at": tokens.refresh_expires_at if tokens else None,
        "refresh_lease_until": None,
        "updated_at": now(),
    }
    rows = Credential.objects.filter(**{f"{kind}_id": connection_id})
    if not rows.update(version=F("version") + 1, **values):
        Credential.objects.create(**{f"{kind}_id": connection_id}, **values)


def rotate_all(merchant_id: int) -> int:
    """Encrypt the merchant's credentials with the newest key; answers how many.

    A credential refreshed meanwhile is sealed with the newest key already, so only unchanged ones are written.
    """
    with merchant_scope(merchant_id, actor="system", cause="key rotation"):
        turned = 0
        for row in Credential.objects.all():
            turned += Credential.objects.filter(pk=row.pk, sealed=row.sealed).update(sealed=secrets.reseal(row.sealed))
        if turned:
            audit.record("credentials.rotated", count=turned)
        return turned


def rotate_everywhere() -> int:
    """:func:`rotate_all` for every merchant of the installation; answers how many credentials.

    Only the owner's connection may list merchants, so this runs where the keys are managed, not in a worker.
    """
    merchants = Merchant.objects.using("owner").order_by("pk").values_list("pk", flat=True)
    return sum(rotate_all(merchant_id) for merchant_id in list(merchants))

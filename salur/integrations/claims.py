"""One partner identity, one merchant (R12): the claim is a unique row over all merchants."""

from __future__ import annotations

from django.db import connection

from salur.connectors.base.capabilities import Plugin
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy.scope import current_scope

from .models import IdentityClaim


class IdentityTaken(Refusal):
    """Another merchant holds the identity."""

    code = "identity_taken"


def _claimed_as(plugin: Plugin) -> str:
    """A partner may be a store and a warehouse under one name; these are two identities."""
    return f"{plugin.kind}:{plugin.name}"


def claim(plugin: Plugin, identity_key: str) -> None:
    """Claim for the scope's merchant, who may hold it already; raises :class:`IdentityTaken`.

    Two merchants at once: the later one waits for the earlier transaction and then loses or wins with certainty.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_identityclaim (merchant_id, partner, identity_key, claimed_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (partner, identity_key) DO NOTHING",
            [current_scope().merchant_id, _claimed_as(plugin), identity_key, now()],
        )
        if cursor.rowcount:
            return
    # Row-level security hides another merchant's claim, so what is not seen here is theirs.
    if not IdentityClaim.objects.filter(partner=_claimed_as(plugin), identity_key=identity_key).exists():
        raise IdentityTaken(partner=plugin.capabilities.title)


def release(kind: str, name: str, identity_key: str) -> None:
    """Give the identity of a connection up; ``kind`` is the plugin's (``store`` or ``warehouse``)."""
    IdentityClaim.objects.filter(partner=f"{kind}:{name}", identity_key=identity_key).delete()

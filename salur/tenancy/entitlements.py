"""What the merchant's plan holds; features ask here before they work (R2)."""

from __future__ import annotations

from django.db.models import Func, Value
from django.db.models.expressions import F

from salur.foundation.problems import Refusal

from . import audit
from .models import Entitlement, Merchant
from .scope import current_scope


class NotEntitled(Refusal):
    """The merchant's plan lacks the entitlement named in the evidence."""

    code = "not_entitled"


def granted() -> frozenset[Entitlement]:
    """The entitlements of the scope's merchant."""
    held = Merchant.objects.values_list("entitlements", flat=True).get(pk=current_scope().merchant_id)
    return frozenset(Entitlement(name) for name in held if name in Entitlement.values)


def has(entitlement: Entitlement) -> bool:
    """Whether the scope's merchant has it."""
    return entitlement in granted()


def require(entitlement: Entitlement) -> None:
    """Raise :class:`NotEntitled`, which says what is missing, unless the scope's merchant has it."""
    if not has(entitlement):
        raise NotEntitled(entitlement=entitlement.label, name=entitlement.value)


def grant(entitlement: Entitlement) -> None:
    """Switch it on for the scope's merchant; may be repeated."""
    if _change("array_append", entitlement, lacking=True):
        audit.record("entitlement.granted", entitlement.value)


def withdraw(entitlement: Entitlement) -> None:
    """Switch it off for the scope's merchant; may be repeated."""
    if _change("array_remove", entitlement, lacking=False):
        audit.record("entitlement.withdrawn", entitlement.value)


def _change(function: str, entitlement: Entitlement, *, lacking: bool) -> int:
    """One UPDATE, so that two changes at once do not lose each other."""
    rows = Merchant.objects.filter(pk=current_scope().merchant_id)
    holding = {"entitlements__contains": [entitlement.value]}
    rows = rows.exclude(**holding) if lacking else rows.filter(**holding)
    return rows.update(entitlements=Func(F("entitlements"), Value(entitlement.value), function=function))

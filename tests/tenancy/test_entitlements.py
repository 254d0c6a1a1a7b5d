"""Entitlements: refused by name, switched on and off, on record (R2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salur.tenancy import entitlements
from salur.tenancy.models import AuditEntry, Entitlement
from salur.tenancy.scope import merchant_scope


def test_the_refusal_says_which_entitlement_is_missing(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="test", cause="use"):
        entitlements.grant(Entitlement.MASTER_PRODUCTS)
        entitlements.require(Entitlement.MASTER_PRODUCTS)
        with pytest.raises(entitlements.NotEntitled) as refusal:
            entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
    text = refusal.value.text()
    assert "Warehouse Management" in text.title
    assert "Warehouse Management" in text.cause
    assert text.who == "owner"


def test_granting_twice_is_once_and_withdrawing_ends_it(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="staff:3", cause="plan"):
        for _ in range(2):
            entitlements.grant(Entitlement.WAREHOUSE_MANAGEMENT)
        assert entitlements.granted() == {Entitlement.WAREHOUSE_MANAGEMENT}
        for _ in range(2):
            entitlements.withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
        assert entitlements.granted() == frozenset()
        actions = AuditEntry.objects.filter(actor="staff:3").order_by("id").values_list("action", flat=True)
        assert list(actions) == ["entitlement.granted", "entitlement.withdrawn"]


def test_one_merchants_entitlement_is_not_anothers(merchant_id: int, new_merchant: Callable[[str], int]) -> None:
    with merchant_scope(merchant_id, actor="test", cause="plan"):
        entitlements.grant(Entitlement.WAREHOUSE_MANAGEMENT)
    with merchant_scope(new_merchant("other"), actor="test", cause="look"):
        assert not entitlements.has(Entitlement.WAREHOUSE_MANAGEMENT)

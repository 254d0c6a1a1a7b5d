"""The audit record: complete, one merchant's, unchangeable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection

from salur.tenancy import audit
from salur.tenancy.models import AuditEntry
from salur.tenancy.scope import merchant_scope


def test_an_entry_names_actor_action_and_subject(merchant_id: int, new_merchant: Callable[[str], int]) -> None:
    with merchant_scope(merchant_id, actor="user:9", cause="settings"):
        audit.record("store.renamed", "store:4", before="A", after="B")
        entry = AuditEntry.objects.get(action="store.renamed")
        assert (entry.actor, entry.subject, entry.detail) == ("user:9", "store:4", {"before": "A", "after": "B"})
    with merchant_scope(new_merchant("other"), actor="user:2", cause="look"):
        assert not AuditEntry.objects.filter(action="store.renamed").exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE tenancy_auditentry SET actor = 'nobody'", "DELETE FROM tenancy_auditentry"]
)
def test_an_entry_cannot_be_changed_afterwards(merchant_id: int, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        merchant_scope(merchant_id, actor="user:9", cause="cover up"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

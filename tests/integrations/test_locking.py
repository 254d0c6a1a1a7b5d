"""Whoever changes a connection and whoever spends its budget lock both rows in the same order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.faults.killable import wait_for, waits_for_a_lock
from tests.harness.database import Database

from .conftest import Desk

if TYPE_CHECKING:
    from salur.integrations.connect import Acting


def change_settings(acting: Acting, desk: Desk, account_id: int) -> None:
    """The settings form of the account's page."""
    from salur.integrations.connect import change_settings

    change_settings(acting, "account", account_id, {"shipping_method": "OWN_LABEL", "rate_per_second": "50"})


def authorise_again(acting: Acting, desk: Desk, account_id: int) -> None:
    """The authorisation form, sent once more."""
    from salur.flows.connect import connect_account

    assert connect_account(acting, "eccang", "Thai", desk.eccang_form()).account_id == account_id


@pytest.mark.parametrize("change", [change_settings, authorise_again])
def test_a_connection_is_changed_while_a_worker_ends_its_round(
    acting: Acting, desk: Desk, db: Database, change: Callable[[Acting, Desk, int], None]
) -> None:
    from django.db import connections

    from salur.flows.connect import connect_account
    from salur.foundation.clock import now
    from salur.integrations import budgets
    from salur.integrations.models import WarehouseAccount

    account_id = connect_account(acting, "eccang", "Thai", desk.eccang_form()).account_id
    faults: list[Exception] = []

    def work() -> None:
        try:
            change(acting, desk, account_id)
        except Exception as fault:  # noqa: BLE001 - the test judges what was raised
            faults.append(fault)
        finally:
            connections.close_all()

    owner = threading.Thread(target=work)
    with acting.scope("follow up"):
        budgets.take("account", account_id, 1)
        owner.start()
        wait_for(lambda: waits_for_a_lock(db))
        WarehouseAccount.objects.filter(pk=account_id).update(next_follow_up_at=now())
    owner.join(20)
    assert not owner.is_alive()
    assert faults == []

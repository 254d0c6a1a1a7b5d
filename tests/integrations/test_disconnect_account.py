"""Taking a warehouse account down while its lists are under way: history stays, jobs stop (R15)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.connect import disconnect
from salur.flows.push import push_ready
from salur.foundation.clock import now
from salur.integrations.connect import Acting
from salur.integrations.models import Credential, ExchangeRecord, IdentityClaim, WarehouseAccount
from salur.stock.models import Warehouse
from tests.flows.stage import Stage
from tests.world import INSTANT, store_order


@pytest.fixture
def stage(db: Any, sandbox: Any) -> Stage:
    return Stage(sandbox)


OF_ACCOUNTS = ("push", "doubt", "follow", "cancel", "products", "account_event")


def due(db: Any, account_id: int) -> set[str]:
    """Work for the account that the workers' sweep finds, now or within a day."""
    rows = db.rows("SELECT kind, target_id FROM salur_due_work(now() + interval '1 day')")
    return {kind for kind, target in rows if kind in OF_ACCOUNTS and target == account_id}


def test_an_account_with_lists_under_way_ends_and_keeps_its_history(stage: Stage, db: Any) -> None:
    sent = stage.pushed_order()
    stage.world.ingest(store_order("WAITS", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    assert stage.world.the_list("WAITS").push == "ready"
    before = stage.world.the_list(sent)
    with stage.world.scope():
        WarehouseAccount.objects.filter(pk=stage.account_id).update(next_follow_up_at=now())
        exchanges = ExchangeRecord.objects.filter(account_id=stage.account_id).count()
    calls = stage.sandbox.look("counts")["eccang"]
    assert exchanges
    assert {"push", "follow"} <= due(db, stage.account_id)

    disconnect(Acting(stage.merchant_id, f"user:{stage.world.user_id}"), "account", stage.account_id)

    after = stage.world.the_list(sent)
    assert (after.push, after.task, after.partner_number) == (before.push, before.task, before.partner_number)
    waiting = stage.world.the_list("WAITS")
    assert (waiting.push, waiting.blocked_by) == ("waiting", "account_not_connected")
    with stage.world.scope():
        assert ExchangeRecord.objects.filter(account_id=stage.account_id).count() == exchanges
        assert Warehouse.objects.filter(account_id=stage.account_id).exists()
        assert not Credential.objects.filter(account_id=stage.account_id).exists()
        assert not IdentityClaim.objects.filter(partner="warehouse:eccang").exists()
    assert due(db, stage.account_id) == set()
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.sandbox.look("counts")["eccang"] == calls, "nobody calls the partner any more"

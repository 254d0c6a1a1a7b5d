"""How a cancellation stands against the warehouse, and how such races ended before (R116 to R119)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from salur.connectors.base.types import OrderStatus
from salur.foundation.clock import now
from salur.integrations.models import WarehouseAccount
from salur.outbound.models import Outbound, OutboundLine
from salur.outbound.queries import find_outbound
from salur.outbound.race import Race, lists_at_warehouse, races
from salur.stock.models import Warehouse
from tests.flows.print_shop import Shop
from tests.world import World, make_world, store_order


@pytest.fixture
def world(db: Any) -> World:
    made = make_world(channel="etsy")
    made.add_product("TEA", pieces=100)
    return made


def a_list(world: World, number: str, *tasks: str, ended: str = "", pieces: int = 1) -> Outbound:
    """A list that was pushed two hours ago, its warehouse's states, and how a cancellation asked for then ended."""
    world.ingest(store_order(number, ("TEA", pieces), status=OrderStatus.PAID))
    made = world.the_list(number)
    changes: list[dict[str, Any]] = [{"push": "ready", "closed_gates": {}}] if made.push != "ready" else []
    changes += [{"push": "pushing", "push_lease_until": made.created_at}]
    changes += [{"push": "pushed", "pushed_at": made.created_at - timedelta(hours=2)}]
    changes += [{"task": task, **({"reserved": False} if task == "completed" else {})} for task in tasks]
    changes += [{"cancellation": state} for state in ("asked", "sent", ended)] if ended else []
    with world.scope():
        for change in changes:
            Outbound.objects.filter(pk=made.pk).update(**change)
    return made


def race_of(world: World, outbound: Outbound) -> Race:
    with world.scope():
        row = find_outbound(outbound.pk)
        assert row is not None
        return races([row])[row.pk]


def test_r116_the_share_is_that_of_cancellations_at_the_same_stage_of_this_merchants_account(
    world: World, shop: Shop
) -> None:
    other = make_world(channel="etsy")
    other.add_product("TEA", pieces=100)
    with other.scope():
        WarehouseAccount.objects.update(partner="print_shop")
    for i in range(5):
        a_list(other, f"X{i}", "accepted", "picking", ended="done")
    for i, ended in enumerate(("done", "done", "refused", "done", "conflict")):
        a_list(world, f"E{i}", "accepted", "picking", ended=ended)
    a_list(world, "LATER", "accepted", "picking", "packed", ended="refused")
    running = a_list(world, "A1", "accepted", "picking", pieces=3)
    one = race_of(world, running)
    assert (one.stage, one.stopped, one.ended, one.share) == ("picking", 3, 5, 60)
    assert "3 of 5" in one.chances and "60" in one.chances
    assert one.since is not None and one.since > running.created_at
    assert (one.loss, one.currency) == (Decimal("298.50"), "THB")
    packed = race_of(world, a_list(world, "A2", "accepted", "packed"))
    assert (packed.ended, packed.share) == (1, None)
    assert "Too few" in packed.chances


def test_the_cutoff_is_foretold_from_how_long_lists_took_there_until_it_is_over(world: World, shop: Shop) -> None:
    early = a_list(world, "A1", "accepted")
    assert race_of(world, early).cutoff_at is None, "nothing was sent yet, so nothing is known"
    for i in range(5):
        a_list(world, f"S{i}", "accepted", "picking", "packed", "completed")
    foretold = race_of(world, early).cutoff_at
    pushed_at = early.created_at - timedelta(hours=2)
    assert foretold is not None
    assert timedelta(hours=2) <= foretold - pushed_at < timedelta(hours=3)
    assert race_of(world, a_list(world, "A2", "accepted", "packed")).cutoff_at is None, "the cutoff is over"


def test_the_loss_of_a_bundle_is_divided_among_its_parcels_and_many_lists_take_no_more_statements(
    world: World, shop: Shop
) -> None:
    made = [a_list(world, f"A{i}", "accepted") for i in range(4)]
    with world.scope():
        hall = Warehouse(code="HALL", name="Own hall", country="TH", created_at=now())
        hall.save()
        own = {"order_id": made[0].order_id, "warehouse_id": hall.pk, "account_id": None}
        Outbound.objects.filter(pk=made[1].pk).update(**own)
        line = OutboundLine.objects.get(outbound=made[0]).order_line_id
        OutboundLine.objects.filter(outbound=made[1]).update(order_line_id=line, quantity=3)
        rows = [row for one in lists_at_warehouse(row.order_id for row in made).values() for row in one]
        with CaptureQueriesContext(connection) as asked:
            told = races(rows)
    assert (len(rows), len(asked)) == (4, 4)
    assert [told[row.pk].loss for row in made[:2]] == [Decimal("24.875"), Decimal("74.625")]
    assert told[made[1].pk].chances == "", "an own warehouse stops at once"

"""Things that a merchant has, for the ids in the API's addresses."""

from __future__ import annotations

import base64
import io

from salur.foundation.clock import now
from tests.world import World, a_call

# The smallest picture there is: one white point.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)


def own_count(world: World) -> int:
    """A stock count of an own warehouse (inside a scope)."""
    from salur.stock.ledger import balance_ids
    from salur.stock.models import Warehouse
    from salur.stocktakes.starting import start_stocktake

    hall = Warehouse(code="HALL", name="Own hall", country="TH", active=False, created_at=now())
    hall.save()
    balance_ids([(hall.pk, world.products["TEA"])])
    return start_stocktake(hall.pk).pk


def transfer(world: World) -> int:
    """A draft from that warehouse to the partner's (inside a scope)."""
    from salur.inbound.checking import WantedLine
    from salur.stock.models import Warehouse
    from salur.transfers.editing import create_transfer

    hall = Warehouse.objects.get(code="HALL")
    return create_transfer(hall.pk, world.warehouse_id, [WantedLine("TEA", 1, number=1)]).pk


def returned(world: World) -> int:
    """A return of the order's list (inside a scope)."""
    from salur.outbound.models import Outbound
    from salur.returns.models import Return, ReturnLine

    outbound = Outbound.objects.get(order__external_id="A")
    row = Return(reference="SRTEST", order_id=outbound.order_id, outbound=outbound, created_at=now())
    row.warehouse_id, row.created_by = world.warehouse_id, "test"
    row.save()
    ReturnLine(returned=row, product_id=world.products["TEA"], quantity=1).save()
    return row.pk


def goods(world: World) -> dict[str, int]:
    """Things about products: one in its warehouse, its picture, a table of products, a sync of stock."""
    from salur.catalog.editing import hold_product
    from salur.catalog.images import add_image, check_image
    from salur.catalog.models import WarehouseProduct
    from salur.flows.product_imports import keep_import
    from salur.flows.stock_files import keep_stock_file
    from salur.flows.stock_updates import UpdateKind
    from salur.inbound.checking import WantedLine
    from salur.inbound.editing import create_inbound_list
    from salur.stock.models import Balance, StockSyncRun

    sync = StockSyncRun(warehouse_id=world.warehouse_id, trigger="button", started_at=now())
    sync.save()
    tea = world.products["TEA"]
    return {
        "product_id": tea,
        "balance_id": Balance.objects.get().pk,
        "push_id": WarehouseProduct.objects.get().pk,
        "inbound_id": create_inbound_list(world.warehouse_id, [WantedLine("TEA", 1)]).pk,
        "image_id": add_image(hold_product(tea), check_image("a.png", PICTURE)).pk,
        "file_id": keep_import("a.csv", b"msku\r\nTEA\r\n").pk,
        "stock_file_id": keep_stock_file("", UpdateKind.ADD, {world.warehouse_id: [WantedLine("TEA", 1)]}).pk,
        "sync_id": sync.pk,
    }


def places(world: World) -> dict[str, int]:
    """Things of warehouses: a location, a pick list, a count, a transfer, a return."""
    from salur.locations.editing import create_location
    from salur.outbound.models import PickList

    pick_list = PickList(warehouse_id=world.warehouse_id, created_at=now(), created_by="test")
    pick_list.save()
    return {
        "warehouse_id": world.warehouse_id,
        "take_id": own_count(world),
        "transfer_id": transfer(world),
        "return_id": returned(world),
        "location_id": create_location(world.warehouse_id, "A-1").pk,
        "pick_list_id": pick_list.pk,
    }


def rules() -> dict[str, int]:
    """A delivery rule, one that holds, a kept filter, a remedy that was applied."""
    from salur.orders.models import Cure
    from salur.orders.saved_filters import save_filter
    from salur.routing.drafts import open_draft
    from salur.routing.holding import save_hold_rule
    from salur.routing.models import HoldRule, RoutingRule

    open_draft()
    cure = Cure(cause="no_rule", key={}, remedy="rules", orders=[], actor="test", at=now())
    cure.save()
    return {
        "filter_id": save_filter("Ready", "status=ready", shared=True).pk,
        "hold_rule_id": save_hold_rule(HoldRule(name="Look at it", reason="other", active=False)).pk,
        "rule_id": RoutingRule.objects.order_by("pk")[0].pk,
        "cure_id": cure.pk,
    }


def runs(world: World) -> dict[str, int]:
    """What runs and was run: a sync, an upload with its columns, a bulk run, a call to the partner."""
    from salur.flows.bulk import Chosen, start_bulk
    from salur.flows.uploads import keep_upload
    from salur.orders.formats import ColumnMap
    from salur.orders.mappings import save_mapping
    from salur.orders.models import Order

    return {
        "run_id": world.run_id,
        "exchange_id": a_call(world.account_id, "X"),
        "upload_id": keep_upload(world.store_id, "a.csv", io.BytesIO(b"a,b,c,d,e,f\r\n")).pk,
        "mapping_id": save_mapping(ColumnMap(("a",), {"a": "order_id"})).pk,
        "bulk_run_id": start_bulk("refresh", Chosen(orders=Order.objects.all()), actor="test").pk,
    }

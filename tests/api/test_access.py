"""Who may call what: tokens, scopes, plans, and other merchants' things (R1, R2, R15)."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest

from salur.foundation.clock import now
from salur.tenancy import entitlements, tokens
from salur.tenancy.models import Entitlement
from tests.harness.web import LiveWeb
from tests.world import World, a_call, store_order

from .conftest import Caller, check_problem, new_order

# The smallest picture there is: one white point.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
SCOPE_OF = {
    "list_orders": "orders:read",
    "read_order": "orders:read",
    "create_orders": "orders:write",
    "list_outbound": "outbound:read",
    "read_handover": "outbound:write",
    "read_outbound": "outbound:read",
    "read_label": "outbound:read",
    "give_label": "outbound:write",
    "read_last_look": "",
    "change_last_look": "integrations:write",
    "list_confirmations": "outbound:read",
    "confirm_lists": "outbound:write",
    "push_list_again": "outbound:write",
    "refresh_list": "outbound:write",
    "arrange_list": "outbound:write",
    "act_on_lists": "outbound:write",
    "stop_list": "outbound:write",
    "settle_list": "outbound:write",
    "send_order_after_all": "outbound:write",
    "start_bulk_run": "outbound:write",
    "list_bulk_runs": "outbound:read",
    "read_bulk_run": "outbound:read",
    "list_bulk_run_rows": "outbound:read",
    "stop_bulk_run": "outbound:write",
    "go_on_bulk_run": "outbound:write",
    "create_warehouse": "integrations:write",
    "act_on_floor": "outbound:write",
    "move_some_orders": "outbound:write",
    "print_papers": "outbound:read",
    "split_one_list": "outbound:write",
    "read_pick_list": "outbound:read",
    "scan_piece": "outbound:write",
    "ship_list": "outbound:write",
    "ship_lists": "outbound:write",
    "report_list_shortage": "outbound:write",
    "list_inbound": "inbound:read",
    "read_inbound": "inbound:read",
    "create_inbound": "inbound:write",
    "submit_inbound_list": "inbound:write",
    "push_inbound_list_again": "inbound:write",
    "refresh_inbound_list": "inbound:write",
    "cancel_inbound_list": "inbound:write",
    "delete_inbound_draft": "inbound:write",
    "read_product_fields": "stock:read",
    "fill_in_product_fields": "stock:write",
    "list_problem_groups": "orders:read",
    "cure_problem": "orders:write",
    "read_cure": "orders:read",
    "list_products": "products:read",
    "read_product": "products:read",
    "create_product": "products:write",
    "change_product": "products:write",
    "set_products": "products:write",
    "archive_some": "products:write",
    "restore_some": "products:write",
    "delete_one_product": "products:write",
    "add_products_to_warehouse": "products:write",
    "send_product_file": "products:write",
    "read_product_file": "products:read",
    "import_product_file": "products:write",
    "drop_product_file": "products:write",
    "make_listed_products": "products:write",
    "list_product_images": "products:read",
    "read_product_image": "products:read",
    "add_product_image": "products:write",
    "remove_product_image": "products:write",
    "list_stock": "stock:read",
    "list_movements": "stock:read",
    "list_exchanges": "outbound:write",
    "judge_exchange": "outbound:write",
    "do_exchange_again": "outbound:write",
    "read_stock": "stock:read",
    "list_stock_differences": "stock:read",
    "decide_stock_differences": "stock:write",
    "list_reservations": "stock:read",
    "list_arrivals": "stock:read",
    "adjust_stock_rows": "stock:write",
    "update_stock_rows": "stock:write",
    "set_stock_levels": "stock:write",
    "read_stock_settings": "stock:read",
    "change_stock_settings": "integrations:write",
    "start_stock_sync": "stock:write",
    "list_stock_syncs": "stock:read",
    "read_stock_sync": "stock:read",
    "list_stock_sync_lines": "stock:read",
    "list_locations": "stock:read",
    "create_some_locations": "stock:write",
    "change_one_location": "stock:write",
    "act_on_locations": "stock:write",
    "bind_products": "stock:write",
    "unbind_products": "stock:write",
    "list_stocktakes": "stock:read",
    "create_stocktake": "stock:write",
    "read_stocktake": "stock:read",
    "list_stocktake_lines": "stock:read",
    "read_stocktake_differences": "stock:read",
    "enter_stocktake_figures": "stock:write",
    "act_on_stocktake": "stock:write",
    "list_transfers": "stock:read",
    "read_transfer": "stock:read",
    "create_one_transfer": "stock:write",
    "send_one_transfer": "stock:write",
    "cancel_one_transfer": "stock:write",
    "settle_one_transfer": "stock:write",
    "list_returns": "stock:read",
    "read_return": "stock:read",
    "create_return": "stock:write",
    "receive_one_return": "stock:write",
    "list_product_pushes": "stock:read",
    "push_products_again": "stock:write",
    "change_one_warehouse": "integrations:write",
    "read_warehouse": "",
    "list_runs": "runs:read",
    "read_run": "runs:read",
    "list_run_rows": "runs:read",
    "stop_one": "imports:write",
    "retry_one": "imports:write",
    "retry_failed": "imports:write",
    "import_file": "imports:write",
    "preview_file": "imports:write",
    "read_preview": "runs:read",
    "list_preview_problems": "runs:read",
    "say_preview_columns": "imports:write",
    "import_preview": "imports:write",
    "drop_preview": "imports:write",
    "list_columns": "runs:read",
    "change_columns": "imports:write",
    "forget_columns": "imports:write",
    "sync_store": "imports:write",
    "read_store_stock": "",
    "set_store_stock": "integrations:write",
    "tell_store_again": "integrations:write",
    "set_links": "integrations:write",
    "act_on_orders": "orders:write",
    "list_order_filters": "orders:read",
    "save_order_filter": "orders:write",
    "remove_order_filter": "orders:write",
    "list_hold_rules": "orders:read",
    "create_hold_rule": "orders:write",
    "change_hold_rule": "orders:write",
    "remove_hold_rule": "orders:write",
    "list_rules": "orders:read",
    "create_rule": "orders:write",
    "put_rules_in_order": "orders:write",
    "read_rule_draft": "orders:read",
    "open_rule_draft": "orders:write",
    "discard_rule_draft": "orders:write",
    "publish_rule_draft": "orders:write",
    "list_rule_versions": "orders:read",
    "restore_rule_version": "orders:write",
    "read_rule": "orders:read",
    "change_rule": "orders:write",
    "remove_rule": "orders:write",
    "read_order_why": "orders:read",
    "list_waiting": "orders:read",
    "put_on_orders": "orders:write",
    "put_address": "orders:write",
    "delete_address": "orders:write",
    "list_order_notes": "orders:read",
    "start_rule_run": "orders:write",
    "read_rule_run": "orders:read",
    "stop_rule_run": "orders:write",
    "list_rule_run_rows": "orders:read",
    "list_stores": "",
    "create_store": "integrations:write",
    "read_store": "",
    "change_store": "integrations:write",
    "authorise_store_again": "integrations:write",
    "subscribe_store": "integrations:write",
    "disconnect_store": "integrations:write",
    "list_warehouses": "",
    "list_partners": "",
    "list_accounts": "",
    "read_account": "",
    "create_account": "integrations:write",
    "create_place": "integrations:write",
    "fetch_account": "integrations:write",
    "read_template": "",
    "read_stock_update": "stock:read",
}
"""Every operation there is; a new one fails the test until it stands here."""


TAKES_A_PLACE = (
    "create_orders",
    "create_inbound",
    "import_file",
    "preview_file",
    "create_some_locations",
    "bind_products",
    "unbind_products",
    "create_stocktake",
    "create_one_transfer",
    "create_return",
)
"""Operations whose body names a store or warehouse."""


Ids = dict[str, int]
JSON_OF: dict[str, Callable[[Ids], dict[str, Any]]] = {
    "create_orders": lambda ids: {"store_id": ids["store_id"], "orders": [new_order("X")]},
    "create_inbound": lambda ids: {"warehouse_id": ids["warehouse_id"], "lines": [{"msku": "TEA", "quantity": 1}]},
    "create_some_locations": lambda ids: {"warehouse_id": ids["warehouse_id"], "locations": [{"number": "B-1"}]},
    "bind_products": lambda ids: {
        "warehouse_id": ids["warehouse_id"],
        "bindings": [{"location": "A-1", "msku": "TEA"}],
    },
    "unbind_products": lambda ids: JSON_OF["bind_products"](ids),
    "create_stocktake": lambda ids: {"warehouse_id": ids["warehouse_id"]},
    "enter_stocktake_figures": lambda ids: {"lines": [{"msku": "TEA", "counted": 1}]},
    "act_on_stocktake": lambda ids: {"action": "give_up"},
    "create_one_transfer": lambda ids: {
        "source_id": ids["warehouse_id"],
        "target_id": ids["warehouse_id"],
        "lines": [{"msku": "TEA", "quantity": 1}],
    },
    "settle_one_transfer": lambda ids: {"lines": [{"msku": "TEA", "back": 1}]},
    "create_return": lambda ids: {"outbound_id": ids["outbound_id"]},
    "receive_one_return": lambda ids: {"close": True},
    "change_one_location": lambda ids: {"number": "A-2"},
    "act_on_locations": lambda ids: {"action": "off", "ids": [ids["location_id"]]},
    "change_last_look": lambda ids: {"policy": "hold"},
    "confirm_lists": lambda ids: {"ids": [ids["outbound_id"]]},
    "start_bulk_run": lambda ids: {"action": "refresh", "orders": {}},
    "act_on_lists": lambda ids: {"action": "refresh", "ids": [ids["outbound_id"]]},
    "fill_in_product_fields": lambda ids: {"values": {}},
    "settle_list": lambda ids: {"how": "stopped", "note": "they said so"},
    "create_warehouse": lambda ids: {"code": "SHED", "name": "Shed", "country": "TH"},
    "print_papers": lambda ids: {"kind": "slips", "ids": [ids["outbound_id"]]},
    "move_some_orders": lambda ids: {"warehouse_id": ids["warehouse_id"], "ids": [ids["order_id"]]},
    "split_one_list": lambda ids: {"parts": [{"msku": "TEA", "warehouse_id": ids["warehouse_id"], "quantity": 1}]},
    "act_on_floor": lambda ids: {"action": "picked", "ids": [ids["outbound_id"]]},
    "ship_lists": lambda ids: {"parcels": [{"outbound_id": ids["outbound_id"]}]},
    "scan_piece": lambda ids: {"code": "TEA"},
    "ship_list": lambda ids: {"awb": "TH1"},
    "report_list_shortage": lambda ids: {"msku": "TEA", "found": 0},
    "create_account": lambda ids: {"partner": "nobody", "name": "X", "values": {}},
    "set_store_stock": lambda ids: {"on": False},
    "create_store": lambda ids: {"channel": "manual", "name": "Corner", "country": "TH", "currency": "THB"},
    "change_store": lambda ids: {"name": "Renamed"},
    "cure_problem": lambda ids: {"cause": "no_rule", "key": {"country": "TH", "msku": "TEA"}},
    "create_product": lambda ids: {"msku": "FRESH"},
    "change_product": lambda ids: {"name": "Tea"},
    "set_products": lambda ids: {"products": [{"msku": "TEA"}]},
    "archive_some": lambda ids: {"mskus": ["TEA"]},
    "restore_some": lambda ids: {"mskus": ["TEA"]},
    "add_products_to_warehouse": lambda ids: {"mskus": ["TEA"]},
    "set_links": lambda ids: {"links": [{"sku": "TEA-BOX", "msku": "TEA", "quantity": 6}]},
    "act_on_orders": lambda ids: {"action": "accept", "ids": [ids["order_id"]]},
    "create_rule": lambda ids: {"name": "Thailand", "warehouse_id": ids["warehouse_id"]},
    "change_rule": lambda ids: JSON_OF["create_rule"](ids),
    "put_address": lambda ids: {"name": "x"},
    "put_on_orders": lambda ids: {"action": "note", "ids": [ids["order_id"]], "note": "x"},
    "start_rule_run": lambda ids: {"choice": "open"},
    "save_order_filter": lambda ids: {"name": "x", "query": "status=ready"},
    "create_hold_rule": lambda ids: {"name": "x", "reason": "other"},
    "change_hold_rule": lambda ids: {"name": "x", "reason": "other"},
    "put_rules_in_order": lambda ids: {"ids": [ids["rule_id"]]},
    "adjust_stock_rows": lambda ids: {
        "reason": "counted",
        "lines": [{"warehouse_id": ids["warehouse_id"], "msku": "TEA", "on_hand": 1}],
    },
    "make_listed_products": lambda ids: {"skus": ["TEA"]},
    "update_stock_rows": lambda ids: {
        "kind": "add",
        "lines": [{"warehouse_id": ids["warehouse_id"], "msku": "TEA", "quantity": 1}],
    },
    "decide_stock_differences": lambda ids: {"action": "reject", "ids": [1]},
    "set_stock_levels": lambda ids: {"level": 5, "lines": [{"warehouse_id": ids["warehouse_id"], "msku": "TEA"}]},
    "change_stock_settings": lambda ids: {"low_at": 5, "cover_weeks": 4},
    "create_place": lambda ids: {"values": {}},
    "say_preview_columns": lambda ids: {"name": "X", "columns": {}},
    "change_columns": lambda ids: {"name": "X", "columns": {}},
}
"""A valid body of each operation that takes JSON."""

ORDER_FILE = ("a.csv", b"order_id\r\n")
OTHERWISE: dict[str, Callable[[Ids], dict[str, Any]]] = {
    "list_exchanges": lambda ids: {"params": {"subject": "X"}},
    "add_product_image": lambda ids: {"files": {"picture": ("a.png", b"no picture")}},
    "send_product_file": lambda ids: {"files": {"file": ("a.csv", b"msku\r\nTEA\r\n")}},
    "give_label": lambda ids: {"data": {"awb": "TH1"}, "files": {"label": ("a.pdf", b"%PDF-")}},
    "import_file": lambda ids: {"data": {"store_id": str(ids["store_id"])}, "files": {"file": ORDER_FILE}},
    "preview_file": lambda ids: OTHERWISE["import_file"](ids),
}
"""What the others are called with that need more than their address."""


class Operation:
    """An operation of the OpenAPI document, callable with a world's ids."""

    def __init__(self, method: str, path: str, described: dict[str, Any]) -> None:
        self.method, self.path = method.upper(), path.removeprefix("/api/v1")
        self.name: str = described["operationId"]
        self.scope: str = described["x-scope"]
        self.takes_store = self.name in TAKES_A_PLACE

    def call(self, caller: Caller, ids: Ids) -> Any:
        """Call it with a valid body."""
        more = OTHERWISE[self.name](ids) if self.name in OTHERWISE else {}
        if self.name in JSON_OF:
            more["json"] = JSON_OF[self.name](ids)
        return caller.call(self.method, self.path.format(**ids), **more)


def operations(caller: Caller) -> list[Operation]:
    """All of them, from the document that callers read."""
    document = caller.get("/openapi.json")
    assert document["openapi"].startswith("3.1")
    return [Operation(m, p, one) for p, methods in document["paths"].items() for m, one in methods.items()]


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


@pytest.fixture
def ids(world: World) -> dict[str, int]:
    """Ids of things that the merchant has."""
    world.ingest(store_order("A", "TEA"))
    with world.scope():
        made = {**goods(world), **places(world), **rules(), **runs(world)}  # goods first: its balance is the only one
    return {
        **made,
        "number": 1,
        "order_id": world.order("A").pk,
        "outbound_id": world.the_list("A").pk,
        "store_id": world.store_id,
        "account_id": world.account_id,
    }


def test_the_document_names_every_operations_scope(api: Caller) -> None:
    assert {one.name: one.scope for one in operations(api)} == SCOPE_OF


def test_nothing_is_answered_without_a_valid_token(api: Caller, live_web: LiveWeb, ids: dict[str, int]) -> None:
    nobody, stranger = Caller(live_web.url), Caller(live_web.url, "salur_" + "x" * 43)
    for one in operations(api):
        answer = one.call(nobody, ids)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing"), one.name
        assert answer.headers["www-authenticate"] == 'Bearer realm="salur"'
        answer = one.call(stranger, ids)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown"), one.name
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_session_of_the_pages_is_no_token(live_web: LiveWeb, world: World) -> None:
    answer = Caller(live_web.url, Cookie="sessionid=whatever").call("GET", "/orders")
    assert answer.status_code == 401


def test_each_operation_needs_its_scope_and_names_it(
    api: Caller, world: World, caller_of: Callable[..., Caller], ids: dict[str, int]
) -> None:
    for one in operations(api):
        scope = SCOPE_OF[one.name]
        others = [name for name in tokens.SCOPES if name != scope]
        answer = one.call(caller_of(world, *others), ids)
        if not scope:
            assert answer.status_code == 200, one.name
            continue
        assert answer.status_code == 403, one.name
        assert answer.json()["code"] == "scope_missing"
        assert scope in answer.json()["detail"]


def test_another_merchants_things_do_not_exist(
    api: Caller, ids: dict[str, int], new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    other = new_world()
    intruder = caller_of(other)
    walked = 0
    for one in operations(api):
        if "{" not in one.path and not one.takes_store:
            continue
        walked += 1
        answer = one.call(intruder, ids)
        assert answer.status_code == 404, (one.name, answer.text)
        absent = one.call(intruder, dict.fromkeys(ids, 2**62))
        assert absent.json() == answer.json() | {"instance": absent.json()["instance"]}, one.name
    assert walked == 117
    with other.scope():
        from salur.orders.models import Order

        assert not Order.objects.exists()
    assert world_is_untouched(api, ids)


def world_is_untouched(api: Caller, ids: dict[str, int]) -> bool:
    return bool(api.get(f"/runs/{ids['run_id']}")["state"] == "queued" and len(api.get("/orders")["items"]) == 1)


def test_lists_show_the_tokens_merchant_only(
    api: Caller, ids: dict[str, int], new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    other = new_world()
    intruder = caller_of(other)
    for path, own in (
        ("/orders", 0),
        ("/outbound", 0),
        ("/stock", 1),
        ("/runs", 1),
        ("/stores", 1),
        ("/warehouses", 1),
    ):
        items = intruder.get(path)["items"]
        assert len(items) == own, path
        assert {item["id"] for item in items}.isdisjoint({item["id"] for item in api.get(path)["items"]}), path
    assert intruder.get("/orders", store=ids["store_id"])["items"] == []
    assert intruder.get("/outbound", order=ids["order_id"])["items"] == []


def test_a_plan_without_warehouses_has_no_outbound_lists_nor_stock(
    api: Caller, world: World, ids: dict[str, int]
) -> None:
    with world.scope():
        entitlements.withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    for path in ("/outbound", f"/outbound/{ids['outbound_id']}", "/stock", "/warehouses"):
        answer = api.call("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_entitled")
    assert api.get("/orders")["items"]


def test_a_revoked_or_ended_token_is_refused_at_once(
    world: World, live_web: LiveWeb, caller_of: Callable[..., Caller]
) -> None:
    with world.scope():
        fresh, ended = tokens.create("a", ["orders:read"]), tokens.create("b", ["orders:read"], expires_at=now())
    caller = Caller(live_web.url, fresh.secret)
    assert caller.get("/orders")["items"] == []
    with world.scope():
        tokens.revoke(fresh.token_id)
    assert caller.call("GET", "/orders").status_code == 401
    assert Caller(live_web.url, ended.secret).call("GET", "/orders").status_code == 401


def test_what_a_token_does_is_recorded_under_its_name(api: Caller, world: World) -> None:
    world.ingest(store_order("R", "TEA"))
    outbound = world.the_list("R")
    with world.scope():
        from salur.outbound.models import Outbound
        from salur.tenancy.models import Transition

        for state in ("ready", "pushing", "rejected"):
            Outbound.objects.filter(pk=outbound.pk).update(push=state, push_lease_until=now(), closed_gates={})
    assert api.post(f"/outbound/{outbound.pk}/push-again").status_code == 200
    with world.scope():
        last = Transition.objects.filter(machine="outbound_push", origin="rejected").get()
    assert last.actor.startswith("token:")
    assert last.cause == f"api POST /api/v1/outbound/{outbound.pk}/push-again"


def test_addresses_and_methods_that_do_not_exist_are_problems_too(api: Caller) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/orders/", 404),
        ("GET", "/orders/99999999999999999999999", 404),
        ("DELETE", "/orders", 405),
        ("PUT", "/runs/1", 405),
    ):
        answer = api.call(method, path)
        assert answer.status_code == status, (path, answer.text)
        if status == 405:
            assert "GET" in answer.headers["allow"]
    check_problem(api.http.get("/orders/1"))


def test_head_answers_as_get_without_content(api: Caller) -> None:
    answer = api.http.head("/orders")
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.http.head("/orders/1").status_code == 404

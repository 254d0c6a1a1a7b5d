"""Every page's address by name, with the least role that may read it and whether it takes an object of a merchant."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from .shop import Shop

VIEWER, OPERATOR, OWNER = "viewer", "operator", "owner"


@dataclass(frozen=True)
class Address:
    """A page. ``takes`` names the ids in its address, as (argument, id of the shop)."""

    name: str
    role: str = VIEWER
    takes: tuple[tuple[str, str], ...] = ()
    query: str = ""
    words: tuple[tuple[str, str], ...] = ()

    def of(self, shop: Shop) -> str:
        """The address for a shop's things."""
        kwargs: dict[str, object] = {argument: shop.ids[key] for argument, key in self.takes}
        return reverse(f"web:{self.name}", kwargs=kwargs | dict(self.words)) + self.query.format(**shop.ids)

    def __str__(self) -> str:
        return self.name


def one(name: str, argument: str, key: str = "", role: str = VIEWER, query: str = "") -> Address:
    """A page of one object."""
    return Address(name, role, ((argument, key or argument),), query)


LISTS = [
    Address("dashboard"),
    Address("orders"),
    Address("problems"),
    Address("waiting"),
    Address("reports"),
    Address("bulks"),
    Address("rules"),
    Address("hold_rules"),
    Address("outbounds"),
    Address("confirmations"),
    Address("products"),
    Address("listings"),
    Address("floor"),
    Address("pick_lists"),
    Address("inbounds"),
    Address("stock"),
    Address("stock_syncs"),
    Address("stock_differences"),
    Address("locations"),
    Address("stocktakes"),
    Address("transfers"),
    Address("returns"),
    Address("warehouses"),
    Address("integrations"),
    one("report", "run_id"),
    one("bulk", "run_id", "bulk_id"),
    one("movements", "balance_id"),
    one("store", "store_id"),
    one("account", "account_id"),
]
OTHERS = [
    Address("bulk_new", OPERATOR, query="?of=order"),
    Address("inbound_new", OPERATOR),
    Address("stock_update", OPERATOR),
    Address("return_new", OPERATOR),
    one("return", "return_id"),
    Address("transfer_new", OPERATOR),
    one("transfer", "transfer_id"),
    one("transfer_edit", "transfer_id", role=OPERATOR),
    Address("stocktake_new", OPERATOR),
    one("stocktake", "take_id"),
    Address("stock_add", OPERATOR),
    one("products_from_store", "store_id", role=OPERATOR),
    Address("location_new", OPERATOR),
    Address("location_bind", OPERATOR),
    one("location", "location_id"),
    Address("location_add", OPERATOR, (("warehouse_id", "warehouse_id"), ("product_id", "product_id"))),
    Address("stock_adjust", OPERATOR, query="?row={warehouse_id}:{product_id}"),
    Address("stock_levels", OPERATOR, query="?row={warehouse_id}:{product_id}"),
    Address("stock_add_chosen", OPERATOR, query="?row={warehouse_id}:{product_id}"),
    Address("stock_settings", OWNER),
    Address("import", OPERATOR),
    Address("mappings", OPERATOR),
    one("mapping", "mapping_id", role=OPERATOR),
    one("upload", "upload_id", role=OPERATOR),
    one("upload_columns", "upload_id", "unknown_id", role=OPERATOR),
    Address("rule_new", OPERATOR),
    Address("rule_new_draft", OPERATOR),
    Address("rules_draft"),
    Address("rule_versions"),
    Address("rule_trial_new", OPERATOR),
    Address("hold_rule_new", OPERATOR),
    one("hold_rule", "rule_id", "hold_rule_id", role=OPERATOR),
    one("rule_trial", "run_id", "rule_run_id"),
    one("rule_version", "version_id"),
    Address("product_new", OPERATOR),
    Address("product_imports", OPERATOR),
    one("problem_cured", "cure_id"),
    Address("problem_each", OPERATOR, words=(("cause", "label_missing"),)),
    Address("problem_each", OPERATOR, words=(("cause", "address_incomplete"),)),
    one("product_import", "import_id", role=OPERATOR),
    one("stock_table", "file_id", "stock_table_id", role=OPERATOR),
    Address("integration_add", OWNER),
    Address("authorise", OWNER, words=(("kind", "store"), ("name", "shopee"))),
    Address("authorise", OWNER, words=(("kind", "warehouse"), ("name", "eccang"))),
    Address("add_file_store", OWNER, words=(("name", "manual"),)),
    Address("members", OWNER),
    Address("tokens", OWNER),
    one("account_keys", "account_id", role=OWNER),
    Address("warehouse_new", OWNER),
    Address("floor_ship", OPERATOR),
    one("pick_list", "pick_list_id"),
    one("pack", "outbound_id", "own_list_id"),
    Address("orders_move", OPERATOR),
    one("outbound_split", "outbound_id", role=OPERATOR),
    one("order", "order_id"),
    one("order_address", "order_id", role=OPERATOR),
    one("outbound", "outbound_id"),
    one("exchange", "exchange_id", role=OPERATOR),
    one("exchange", "exchange_id", role=OPERATOR, query="?judge=1"),
    Address("outbound_stop", OPERATOR),
    Address("handover", OPERATOR, query="?outbound={outbound_id}"),
    Address("arranging", query="?outbound={outbound_id}"),
    Address("rules_by_store"),
    Address("push_conditions"),
    Address("order_new", OPERATOR),
    Address("orders_desk", OPERATOR, query="?do=hold"),
    Address("orders_at_store", OPERATOR, query="?act=cancel"),
    one("inbound", "inbound_id"),
    one("inbound_edit", "inbound_id", "draft_id", role=OPERATOR),
    one("product", "product_id"),
    one("stock_sync", "run_id", "sync_id"),
    one("warehouse", "warehouse_id"),
    one("rule", "rule_id", role=OPERATOR),
    one("listing", "listing_id", role=OPERATOR),
    one("sku_link", "store_id", role=OPERATOR, query="?sku=FREE"),
    one("store_links", "store_id", role=OPERATOR),
]
PAGES = LISTS + OTHERS
OBJECTS = [page for page in PAGES if page.takes]

# Addresses that change something, with what is sent.
WRITES: list[tuple[Address, dict[str, str]]] = [
    (Address("orders_bulk"), {"action": "push_again", "order": "1"}),
    (Address("outbound_stop"), {"outbound": "1"}),
    (Address("handover"), {"outbound": "1"}),
    (Address("orders_desk"), {"do": "release", "order": "1"}),
    (Address("order_new"), {"recipient_name": "x"}),
    (Address("bulk_new"), {"action": "push_again"}),
    (one("bulk_act", "run_id", "bulk_id"), {"action": "stop"}),
    (Address("confirmations_act"), {"outbound": "1"}),
    (one("outbound_settle", "outbound_id"), {"action": "seen", "note": "x"}),
    (one("outbound_label", "outbound_id"), {"awb": "x"}),
    (one("order_address", "order_id"), {"name": "x"}),
    (Address("orders_move"), {"order": "1", "warehouse": "1"}),
    (one("outbound_split", "outbound_id"), {}),
    (Address("papers", words=(("kind", "slips"),)), {"outbound": "1"}),
    (Address("floor_act"), {"action": "pick", "outbound": "1"}),
    (Address("floor_ship"), {"lines": "x, y"}),
    (one("pack", "outbound_id", "own_list_id"), {"action": "scan", "code": "x"}),
    (one("pick_list", "pick_list_id"), {}),
    (Address("warehouse_new"), {"name": "x", "code": "X", "country": "TH"}),
    (one("report_act", "run_id"), {"action": "stop"}),
    (Address("rules"), {"action": "delete:1"}),
    (Address("rule_new"), {"name": "x"}),
    (Address("hold_rules"), {"action": "delete:1"}),
    (Address("hold_rule_new"), {"name": "x"}),
    (one("hold_rule", "rule_id", "hold_rule_id"), {"name": "x"}),
    (Address("rules_draft"), {"action": "delete:1"}),
    (Address("rule_new_draft"), {"name": "x"}),
    (Address("rule_draft_act"), {"action": "open"}),
    (Address("rule_trial_new"), {"choice": "open"}),
    (one("rule_trial", "run_id", "rule_run_id"), {}),
    (one("rule_version", "version_id"), {}),
    (Address("product_new"), {"msku": "x"}),
    (Address("product_add"), {"product": "1", "warehouse": "1"}),
    (Address("problem_cure"), {"cause": "no_stock"}),
    (Address("product_act"), {"product": "1", "action": "archive"}),
    (one("product_end", "product_id"), {"action": "archive"}),
    (one("product_images", "product_id"), {"action": "add"}),
    (Address("product_imports"), {}),
    (one("product_import", "import_id"), {"action": "drop"}),
    (one("product", "product_id"), {"name": "x"}),
    (one("listing", "listing_id"), {"msku": "M-0000", "quantity": "1"}),
    (Address("make_products"), {"store": "1"}),
    (one("store_links", "store_id"), {}),
    (one("products_from_store", "store_id"), {"action": "all"}),
    (Address("stock_add"), {"product": "1", "warehouse": "1"}),
    (Address("stock_act"), {"action": "sync", "row": "1:1"}),
    (Address("stock_act"), {"action": "push_again:1:1"}),
    (Address("stock_adjust"), {"row": "1:1", "figure-1:1": "3", "reason": "counted"}),
    (one("exchange", "exchange_id"), {}),
    (Address("stock_differences"), {"action": "approve:1"}),
    (Address("stock_levels"), {"row": "1:1", "level": "3"}),
    (Address("stock_add_chosen"), {"row": "1:1", "warehouse": "1"}),
    (Address("stock_settings"), {"cover_weeks": "4"}),
    (Address("inbound_new"), {"action": "save", "sku": "M-0000", "quantity": "1"}),
    (Address("inbound_bulk"), {"action": "refresh", "inbound": "1"}),
    (one("inbound_act", "inbound_id"), {"action": "cancel"}),
    (one("inbound_edit", "inbound_id", "draft_id"), {"action": "save"}),
    (Address("stock_update"), {"lines": "M-0000, 1"}),
    (Address("return_new"), {"numbers": "A"}),
    (one("return", "return_id"), {"action": "save"}),
    (Address("transfer_new"), {"source": "1", "target": "2", "lines": "M-0000, 1"}),
    (one("transfer_edit", "transfer_id"), {"lines": "M-0000, 1"}),
    (one("transfer_act", "transfer_id"), {"action": "send"}),
    (Address("stocktake_new"), {"warehouse": "1"}),
    (one("stocktake_act", "take_id"), {"action": "end"}),
    (one("stocktake_upload", "take_id"), {"lines": "M-0000, , 1"}),
    (Address("location_act"), {"action": "delete", "location": "1"}),
    (Address("location_new"), {"warehouse": "1", "number": "A-1"}),
    (Address("location_bind"), {"warehouse": "1", "lines": "A-1, M-0000"}),
    (one("location", "location_id"), {"action": "off"}),
    (
        Address("location_add", takes=(("warehouse_id", "warehouse_id"), ("product_id", "product_id"))),
        {"location": "1"},
    ),
    (Address("warehouses"), {"warehouse": "1"}),
    (one("warehouse", "warehouse_id"), {"action": "sync"}),
    (one("warehouse", "warehouse_id"), {"action": "daily_sync"}),
    (one("warehouse", "warehouse_id"), {"action": "save", "name": "x", "time_zone": "Asia/Jakarta"}),
    (Address("import"), {"store": "1"}),
    (Address("mappings"), {"forget": "1"}),
    (one("mapping", "mapping_id"), {"name": "x"}),
    (one("upload", "upload_id"), {"action": "import"}),
    (one("upload_columns", "upload_id", "unknown_id"), {"name": "x"}),
    (one("store", "store_id"), {"action": "disconnect"}),
    (one("account", "account_id"), {"action": "disconnect"}),
    (one("authorise_again", "store_id"), {}),
    (one("account_keys", "account_id"), {"app_key": "x"}),
    (Address("authorise", words=(("kind", "warehouse"), ("name", "eccang"))), {"name": "x"}),
    (Address("add_file_store", words=(("name", "manual"),)), {"name": "x", "country": "TH", "currency": "THB"}),
    (Address("members"), {"action": "add", "email": "x", "role": "owner"}),
    (Address("tokens"), {"action": "create", "name": "x", "scopes": "orders:read", "days": "30"}),
]

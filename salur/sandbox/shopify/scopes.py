"""Access scopes: which there are, what a write scope opens besides, what each field needs."""

_TOPICS = (
    "orders", "products", "inventory", "merchant_managed_fulfillment_orders", "assigned_fulfillment_orders",
    "third_party_fulfillment_orders", "fulfillments", "customers", "draft_orders", "shipping", "returns",
)  # fmt: skip
KNOWN = frozenset(
    {f"{verb}_{topic}" for verb in ("read", "write") for topic in _TOPICS} | {"read_locations", "read_all_orders"}
)
_FULFILLING = "merchant_managed_fulfillment_orders"
#: (type, field) -> any of these opens it.
NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Query", "order"): ("read_orders",),
    ("Query", "orders"): ("read_orders",),
    ("Query", "productVariants"): ("read_products",),
    ("Query", "locations"): ("read_locations",),
    ("Order", "fulfillmentOrders"): (f"read_{_FULFILLING}",),
    ("LineItem", "product"): ("read_products",),
    ("LineItem", "variant"): ("read_products",),
    ("ProductVariant", "inventoryItem"): ("read_inventory", "read_products"),
    ("Mutation", "fulfillmentCreate"): (f"write_{_FULFILLING}",),
    ("Mutation", "fulfillmentTrackingInfoUpdate"): (f"write_{_FULFILLING}",),
    ("Mutation", "orderCancel"): ("write_orders",),
    ("Mutation", "inventorySetQuantities"): ("write_inventory",),
    # Looked up by id through node and nodes.
    ("node", "Order"): ("read_orders",),
    ("node", "ProductVariant"): ("read_products",),
    ("node", "Product"): ("read_products",),
    ("node", "InventoryItem"): ("read_inventory", "read_products"),
    ("node", "Location"): ("read_locations",),
    ("node", "FulfillmentOrder"): (f"read_{_FULFILLING}",),
    ("node", "Fulfillment"): ("read_orders", f"read_{_FULFILLING}"),
}


def opened(granted: frozenset[str]) -> frozenset[str]:
    """What was granted, and the reading that each writing includes."""
    return granted | {f"read_{one.removeprefix('write_')}" for one in granted if one.startswith("write_")}


def shortened(granted: frozenset[str]) -> str:
    """As the login answers it: without the reading that a writing includes."""
    included = {f"read_{one.removeprefix('write_')}" for one in granted if one.startswith("write_")}
    return ",".join(sorted(granted - included))

"""What JD's warehouses can do, as data (R88 to R92, R118, P2)."""

from __future__ import annotations

from salur.connectors.base.capabilities import RateLimit, WarehouseCapabilities
from salur.connectors.base.texts import N_
from salur.connectors.base.types import OutboundTask

CAPABILITIES = WarehouseCapabilities(
    name="jd",
    title="JD.ID / JD Fulfillment",
    countries=("ID", "VN"),
    abilities=frozenset({"oauth", "products", "inbound", "cancel", "stock", "callbacks"}),
    needs_awb=True,
    needs_label=False,  # R89: the AWB number; no field of JD takes a label
    unsupported_channels=frozenset({"shopify", "woocommerce", "manual"}),
    address_needs=frozenset({"name", "phone", "street"}),
    inbound_cost_required=False,
    cancel_until=OutboundTask.PICKING,  # the last state that allows it (R118: not once the goods are off the shelf)
    reference_max_length=50,
    report_batch=1,
    inbound_report_batch=100,
    inbound_lookup=False,  # no query of JD takes our number
    messages_by="login",
    rate=RateLimit(10.0, 20),
    notes=(
        N_(
            "JD has published the interface of its mainland warehouses only; that those in Indonesia and Vietnam speak "
            "the same is assumed. Try one product and one order before you rely on it."
        ),
        N_("On JD's login page tick “subscribe to messages”, else news come only when Salur asks for them."),
    ),
    secret_fields=frozenset(
        {
            *("app_key", "app_secret", "access_token", "refresh_token", "open_id", "sign", "code"),
            *("consigneeName", "consigneeMobile", "consigneePhone", "consigneeAddress", "consigneeEmail"),
            *("gateway_user", "pin"),
        }
    ),
)

"""What the authorisation form asks for (contract sheet qimen.md, 1)."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_
from salur.connectors.profiles.qimen.form import ADDRESS_PATTERN

FROM_WAREHOUSE = N_("Handed out by the warehouse company with its interface documents")

COUNTRIES: tuple[tuple[str, str], ...] = (
    ("CN", N_("China")),
    ("ID", N_("Indonesia")),
    ("MY", N_("Malaysia")),
    ("PH", N_("Philippines")),
    ("SG", N_("Singapore")),
    ("TH", N_("Thailand")),
    ("VN", N_("Vietnam")),
)

WAREHOUSE_CODE = FormField(
    key="warehouse_code",
    label=N_("Warehouse number"),
    origin=N_("The number of one more warehouse, as the warehouse company writes it"),
    partner_term="warehouseCode",
    max_length=50,
)

FORM: tuple[FormField, ...] = (
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("The web address of the warehouse's Qimen interface; every warehouse company has its own"),
        partner_term="router/qimen/service",
        max_length=300,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(key="app_key", label=N_("App key"), origin=FROM_WAREHOUSE, partner_term="app_key", max_length=100),
    FormField(
        key="secret", label=N_("Secret"), origin=FROM_WAREHOUSE, partner_term="secret", max_length=200, secret=True
    ),
    FormField(
        key="customer_id", label=N_("Customer code"), origin=FROM_WAREHOUSE, partner_term="customerId", max_length=100
    ),
    FormField(
        key="owner_code",
        label=N_("Owner of the goods"),
        origin=N_("Leave empty if it is the customer code"),
        partner_term="ownerCode 货主编码",
        max_length=50,
        required=False,
    ),
    FormField(
        key="warehouse_codes",
        label=N_("Warehouse numbers"),
        origin=N_("Several are parted by commas"),
        partner_term="warehouseCode",
        max_length=50,
        several=True,
    ),
    FormField(
        key="country",
        label=N_("Country of the warehouses"),
        origin=N_("Orders of this country are sent there"),
        choices=COUNTRIES,
    ),
)

PLACES_FORM: tuple[FormField, ...] = (WAREHOUSE_CODE,)

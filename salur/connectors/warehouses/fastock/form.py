"""What the authorisation form asks for (R17, P1) and what stands in for an unpublished contract."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_
from salur.connectors.profiles.qimen.form import ADDRESS_PATTERN, SETTINGS

FROM_FASTOCK = N_("Ask Fastock customer service")

FORM: tuple[FormField, ...] = (
    FormField(
        key="country",
        label=N_("Country/Region"),
        origin=N_("Fastock MY serves Malaysia; its warehouses get this country"),
        choices=(("MY", N_("Malaysia")),),
        default="MY",
    ),
    FormField(
        key="customer_code",
        label=N_("Customer code"),
        origin=FROM_FASTOCK,
        partner_term="Customer Code 客户编码",
        max_length=100,
    ),
    FormField(key="app_key", label=N_("App key"), origin=FROM_FASTOCK, partner_term="AppKey", max_length=50),
    FormField(key="secret_key", label=N_("Secret key"), origin=FROM_FASTOCK, partner_term="secretKey", secret=True),
    FormField(
        key="warehouse_codes",
        label=N_("Warehouse numbers"),
        origin=N_("From Fastock; several are parted by commas"),
        partner_term="Warehouse No.",
        several=True,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("The web address of Fastock's interface: it is not published, so ask Fastock customer service"),
        partner_term="URL",
        max_length=300,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="consignor_code",
        label=N_("Consignor code"),
        origin=N_("Leave empty if it is the customer code"),
        partner_term="Consignor Code 货主编码",
        max_length=50,
        required=False,
    ),
    *SETTINGS,
)

PLACES_FORM: tuple[FormField, ...] = (
    FormField(
        key="warehouse_code",
        label=N_("Warehouse number"),
        origin=N_("From Fastock; its warehouse is then created here"),
        partner_term="Warehouse No.",
        max_length=50,
    ),
)

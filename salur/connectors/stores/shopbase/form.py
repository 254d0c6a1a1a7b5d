"""What the authorisation form asks for (R8 to R10). The token comes from the store's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

IN_PARTNER_DASHBOARD = N_("ShopBase Partner Dashboard > Apps > your app")

FORM: tuple[FormField, ...] = (
    FormField(
        key="store",
        label=N_("Store address"),
        origin=N_("The address of your ShopBase store, for instance my-shop.onshopbase.com"),
        partner_term="onshopbase domain",
        max_length=80,
        pattern=r"[A-Za-z0-9][A-Za-z0-9\-]*(\.onshopbase\.com)?",
    ),
    FormField(
        key="client_id",
        label=N_("Client ID"),
        origin=IN_PARTNER_DASHBOARD,
        partner_term="API key",
        max_length=100,
    ),
    FormField(
        key="client_secret",
        label=N_("Client secret"),
        origin=IN_PARTNER_DASHBOARD,
        partner_term="Shared secret",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave empty; only a test system has another address than the shop's"),
        partner_term="host",
        max_length=200,
        required=False,
        pattern=r"https?://[^\s?#]+",
    ),
)

_YES_NO = (("no", N_("No")), ("yes", N_("Yes")))

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="ship_authorized",
        label=N_("Ship when the payment is only reserved"),
        origin=N_("For shops that take the money when they ship"),
        partner_term="authorized",
        required=False,
        default="no",
        choices=_YES_NO,
    ),
    FormField(
        key="notify_buyer",
        label=N_("The store tells the buyer"),
        origin=N_("By mail, when an order is shipped"),
        partner_term="notify_customer",
        required=False,
        default="yes",
        choices=_YES_NO,
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="2",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

"""What the authorisation form and the settings ask for (R8 to R10, R16). The access token comes of Shopify's login."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

NEWEST_VERSION = "2026-10"
DOMAIN = ".myshopify.com"

FORM: tuple[FormField, ...] = (
    FormField(
        key="shop_domain",
        label=N_("Store address"),
        origin=N_("The first part of the address of your Shopify admin, for instance my-shop.myshopify.com"),
        partner_term="myshopify domain",
        max_length=100,
        pattern=r"[A-Za-z0-9][A-Za-z0-9\-]*(\.myshopify\.com)?",
    ),
    FormField(
        key="client_id",
        label=N_("Client ID"),
        origin=N_("Shopify Dev Dashboard > your app > Settings"),
        partner_term="Client ID",
        max_length=100,
    ),
    FormField(
        key="client_secret",
        label=N_("Client secret"),
        origin=N_("Shopify Dev Dashboard > your app > Settings"),
        partner_term="Secret",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="tokens",
        label=N_("Access tokens"),
        origin=N_("Those of your own app do not end; a public app of the Shopify App Store needs tokens that end"),
        partner_term="offline access token",
        required=False,
        default="lasting",
        choices=(("lasting", N_("Do not end")), ("expiring", N_("End after an hour and are renewed"))),
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave empty; only a test system has another address than the shop's"),
        max_length=200,
        required=False,
        pattern=r"https?://[^\s?#]+",
    ),
)

_YES_NO = (("no", N_("No")), ("yes", N_("Yes")))

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="location_id",
        label=N_("Location for stock"),
        origin=N_("Shopify admin > Settings > Locations: the number at the end of the location's address"),
        partner_term="Location",
        max_length=20,
        required=False,
        pattern=r"[0-9]+",
    ),
    FormField(
        key="trust_authorized",
        label=N_("Ship when the payment is only reserved"),
        origin=N_("For shops that take the money when they ship"),
        partner_term="Authorized",
        required=False,
        default="no",
        choices=_YES_NO,
    ),
    FormField(
        key="notify_customer",
        label=N_("Shopify tells the buyer"),
        origin=N_("By mail, when an order is shipped or cancelled"),
        required=False,
        default="yes",
        choices=_YES_NO,
    ),
    FormField(
        key="refund_on_cancel",
        label=N_("Give the money back when an order is cancelled"),
        origin=N_("If not, refund it in the Shopify admin"),
        required=False,
        default="no",
        choices=_YES_NO,
    ),
    FormField(
        key="api_version",
        label=N_("API version"),
        origin=N_("Change it only when Shopify retires the version in use"),
        partner_term="API version",
        required=False,
        default=NEWEST_VERSION,
        pattern=r"20[0-9]{2}-(01|04|07|10)",
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="4",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

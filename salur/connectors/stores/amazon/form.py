"""What the authorisation form asks for (R8 to R10). Seller and tokens come from Amazon's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.polling import poll_field
from salur.connectors.base.texts import N_

from .markets import MARKETS

POLL_SECONDS = 8 * 3600
ADDRESS_PATTERN = r"https?://[^\s?#]+"
DRAFT = "beta"
IN_DEVELOPER_CENTRAL = N_("Seller Central > Apps and Services > Develop Apps > your app > View")

FORM: tuple[FormField, ...] = (
    FormField(
        key="marketplace",
        label=N_("Marketplace"),
        origin=N_("The country whose Amazon you sell in; connect each country as a store of its own"),
        partner_term="marketplaceId",
        choices=tuple((market.country, market.name) for market in MARKETS.values()),
    ),
    FormField(
        key="application_id",
        label=N_("Application ID"),
        origin=N_("Seller Central > Apps and Services > Develop Apps; begins with amzn1.sp.solution"),
        partner_term="App ID",
        max_length=200,
    ),
    FormField(
        key="client_id",
        label=N_("Client ID"),
        origin=IN_DEVELOPER_CENTRAL,
        partner_term="LWA client identifier",
        max_length=200,
    ),
    FormField(
        key="client_secret",
        label=N_("Client secret"),
        origin=IN_DEVELOPER_CENTRAL,
        partner_term="LWA client secret",
        max_length=300,
        secret=True,
    ),
    FormField(
        key="stage",
        label=N_("State of the app"),
        origin=N_("Draft as long as Amazon has not published your app"),
        partner_term="version",
        required=False,
        choices=(("published", N_("Published")), (DRAFT, N_("Draft"))),
        default="published",
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave empty for the marketplace's own address; fill in only for a test system"),
        partner_term="endpoint",
        max_length=200,
        required=False,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    poll_field(POLL_SECONDS),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Raise it only when Amazon has granted your app more"),
        required=False,
        default="0.5",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

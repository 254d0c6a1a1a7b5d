"""What the authorisation form asks for (R8 to R10). Shop and tokens come from TikTok Shop's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import HANDOVER, FormField
from salur.connectors.base.texts import N_

API = "https://open-api.tiktokglobalshop.com"
AUTH = "https://auth.tiktok-shops.com"
LOGIN = "https://services.tiktokshop.com"

CENTER = N_("TikTok Shop Partner Center > App & Service > your app")
KEEP = N_("Keep the given address unless TikTok Shop told you another, for instance for the United States")
ADDRESS_PATTERN = r"https?://[^\s?#]+"

FORM: tuple[FormField, ...] = (
    FormField(key="app_key", label=N_("App key"), origin=CENTER, partner_term="App Key", max_length=50),
    FormField(
        key="app_secret",
        label=N_("App secret"),
        origin=CENTER,
        partner_term="App Secret",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="service_id",
        label=N_("Service ID"),
        origin=N_("In the authorisation link that Partner Center shows for your app, after service_id="),
        partner_term="service_id",
        max_length=50,
        pattern=r"[0-9A-Za-z_\-]+",
    ),
    FormField(
        key="shop_code",
        label=N_("Shop code"),
        origin=N_("Only where one login opens several shops: the code that Seller Center shows for this one"),
        partner_term="code",
        max_length=50,
        required=False,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=KEEP,
        partner_term="host",
        max_length=200,
        required=False,
        default=API,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="auth_url",
        label=N_("Address of the tokens"),
        origin=KEEP,
        partner_term="auth",
        max_length=200,
        required=False,
        default=AUTH,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="login_url",
        label=N_("Address of the login"),
        origin=KEEP,
        partner_term="services",
        max_length=200,
        required=False,
        default=LOGIN,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    HANDOVER,
    FormField(
        key="warehouse_id",
        label=N_("Warehouse at the store"),
        origin=N_("Seller Center: where one product lies in several, the one whose stock is set. Empty: the first"),
        partner_term="warehouse_id",
        max_length=30,
        required=False,
        pattern=r"[0-9]+",
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="20",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

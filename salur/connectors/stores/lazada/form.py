"""What the authorisation form asks for (R8 to R10). Shop and tokens come from Lazada's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

AUTH = "https://auth.lazada.com"
HOSTS = {
    "ID": "https://api.lazada.co.id",
    "MY": "https://api.lazada.com.my",
    "PH": "https://api.lazada.com.ph",
    "SG": "https://api.lazada.sg",
    "TH": "https://api.lazada.co.th",
    "VN": "https://api.lazada.vn",
}
CONSOLE = N_("Lazada Open Platform console > App Management > your app")
ADDRESS_PATTERN = r"https?://[^\s?#]+"

FORM: tuple[FormField, ...] = (
    FormField(
        key="app_key",
        label=N_("App key"),
        origin=CONSOLE,
        partner_term="App Key",
        max_length=20,
        pattern=r"[0-9]+",
    ),
    FormField(
        key="app_secret",
        label=N_("App secret"),
        origin=CONSOLE,
        partner_term="App Secret",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="venture",
        label=N_("Country of a cross-border seller's store"),
        origin=N_("Only where one login opens stores in several countries: the one to connect here"),
        partner_term="country",
        required=False,
        choices=(
            ("", N_("As the login says")),
            ("ID", N_("Indonesia")),
            ("MY", N_("Malaysia")),
            ("PH", N_("Philippines")),
            ("SG", N_("Singapore")),
            ("TH", N_("Thailand")),
            ("VN", N_("Vietnam")),
        ),
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave empty: each country has its own. Only for a test system"),
        partner_term="endpoint",
        max_length=200,
        required=False,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="auth_url",
        label=N_("Address of the login"),
        origin=N_("Keep the given address. Only a test system has another"),
        partner_term="auth",
        max_length=200,
        required=False,
        default=AUTH,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="10",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

"""What the authorisation form asks for (R8 to R10). Seller and tokens come from eBay's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.polling import poll_field
from salur.connectors.base.texts import N_

LIVE = "https://api.ebay.com"
POLL_SECONDS = 8 * 3600
ADDRESS_PATTERN = r"https?://[^\s?#]+"
IN_KEYS = N_("eBay developer portal > Application keys > your production keyset")

ALERT_EMAIL = FormField(
    key="alert_email",
    label=N_("Email for alerts"),
    origin=N_("Yours: eBay writes to it when messages do not arrive, and takes no subscription without one"),
    partner_term="Alert email",
    max_length=200,
    required=False,
    pattern=r"[^@\s]+@[^@\s]+",
)
"""Typed when connecting, and to be changed among the settings: messages are subscribed to right away (R139)."""

FORM: tuple[FormField, ...] = (
    FormField(
        key="client_id",
        label=N_("Client ID"),
        origin=IN_KEYS,
        partner_term="App ID (Client ID)",
        max_length=200,
    ),
    FormField(
        key="client_secret",
        label=N_("Client secret"),
        origin=IN_KEYS,
        partner_term="Cert ID (Client Secret)",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="ru_name",
        label=N_("Redirect name"),
        origin=N_("eBay developer portal > User tokens > Get a token via your app; its accept address must be Salur's"),
        partner_term="RuName",
        max_length=200,
        pattern=r"\S+",
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave it as it is unless you use eBay's sandbox"),
        partner_term="host",
        max_length=200,
        required=False,
        default=LIVE,
        pattern=ADDRESS_PATTERN,
    ),
    ALERT_EMAIL,
)

SETTINGS_FORM: tuple[FormField, ...] = (
    poll_field(POLL_SECONDS),
    ALERT_EMAIL,
    FormField(
        key="verification_token",
        label=N_("Verification token"),
        origin=N_("Only if Salur's address is entered by hand under Alerts and Notifications: the token typed there"),
        partner_term="Verification token",
        max_length=80,
        required=False,
        pattern=r"[A-Za-z0-9_\-]{32,80}",
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the day's calls do not suffice"),
        required=False,
        default="5",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

"""What the authorisation form asks for (R8 to R10); the token is bought with it, there is no login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

LIVE = "https://fs.tokopedia.net"
ACCOUNTS = "https://accounts.tokopedia.com"

ADDRESS_PATTERN = r"https?://[^\s?#]+"
DIGITS = r"[0-9]+"

FORM: tuple[FormField, ...] = (
    FormField(
        key="client_id",
        label=N_("Client ID"),
        origin=N_("Tokopedia Developer Console > your app > credentials"),
        partner_term="client_id",
        max_length=100,
    ),
    FormField(
        key="client_secret",
        label=N_("Client secret"),
        origin=N_("Tokopedia Developer Console > your app > credentials"),
        partner_term="client_secret",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="fs_id",
        label=N_("App ID (fs_id)"),
        origin=N_("Tokopedia Developer Console > your app"),
        partner_term="fs_id",
        max_length=18,
        pattern=DIGITS,
    ),
    FormField(
        key="shop_id",
        label=N_("Shop ID"),
        origin=N_("Tokopedia Developer Console > your app > linked shops"),
        partner_term="shop_id",
        max_length=18,
        pattern=DIGITS,
    ),
    FormField(
        key="webhook_secret",
        label=N_("Webhook secret"),
        origin=N_("Choose it yourself; Tokopedia signs its messages with it. Empty: no messages, orders are polled"),
        partner_term="webhook_secret",
        max_length=100,
        secret=True,
        required=False,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Keep the given address. Only a test system has another"),
        partner_term="host",
        max_length=200,
        required=False,
        default=LIVE,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="accounts_url",
        label=N_("Address for tokens"),
        origin=N_("Keep the given address. Only a test system has another"),
        partner_term="accounts",
        max_length=200,
        required=False,
        default=ACCOUNTS,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="5",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

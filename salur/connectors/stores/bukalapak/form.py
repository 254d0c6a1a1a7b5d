"""What the authorisation form asks for (R8 to R10); the token is bought with it, there is no login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

LIVE = "https://api.bukalapak.com"

FORM: tuple[FormField, ...] = (
    FormField(
        key="username",
        label=N_("User name"),
        origin=N_("The account that the seller logs in to Bukalapak with"),
        partner_term="username",
        max_length=200,
    ),
    FormField(
        key="password",
        label=N_("Password"),
        origin=N_("The account that the seller logs in to Bukalapak with"),
        partner_term="password",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Keep the given address. Only a test system has another"),
        partner_term="host",
        max_length=200,
        required=False,
        default=LIVE,
        pattern=r"https?://[^\s?#]+",
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="4",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

"""What the authorisation form asks for (R8 to R10). Shop and tokens come from Shopee's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import HANDOVER, FormField
from salur.connectors.base.texts import N_

LIVE = "https://partner.shopeemobile.com"
SANDBOX = "https://openplatform.sandbox.test-stable.shopee.sg"

ADDRESS_PATTERN = r"https?://[^\s?#]+"

FORM: tuple[FormField, ...] = (
    FormField(
        key="partner_id",
        label=N_("Partner ID"),
        origin=N_("Shopee Open Platform Console > App list > your app"),
        partner_term="partner_id",
        max_length=20,
        pattern=r"[0-9]+",
    ),
    FormField(
        key="partner_key",
        label=N_("Partner key"),
        origin=N_("Shopee Open Platform Console > App list > your app"),
        partner_term="API partner key",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="push_key",
        label=N_("Push partner key"),
        origin=N_("Shopee Open Platform Console > Push mechanism; leave empty if it shows none"),
        partner_term="push partner key",
        max_length=200,
        secret=True,
        required=False,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Keep the given address unless Shopee told you another, for instance for its test system"),
        partner_term="host",
        max_length=200,
        required=False,
        default=LIVE,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    HANDOVER,
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when Shopee answers that there are too many requests"),
        required=False,
        default="10",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

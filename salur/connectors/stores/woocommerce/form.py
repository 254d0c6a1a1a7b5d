"""What the authorisation form and the settings ask for (R8 to R10, R16)."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

from .statuses import SHIPPED

FORM: tuple[FormField, ...] = (
    FormField(
        key="store_url",
        label=N_("Store address"),
        origin=N_("The address of your website, with https:// where it has it"),
        partner_term="Store URL",
        max_length=200,
        pattern=r"https?://[^\s?#@]+",
    ),
    FormField(
        key="consumer_key",
        label=N_("Consumer key"),
        origin=N_("WordPress > WooCommerce > Settings > Advanced > REST API > Add key, with Read/Write"),
        partner_term="Consumer key",
        max_length=100,
        pattern=r"[\x21-\x7e]+",
    ),
    FormField(
        key="consumer_secret",
        label=N_("Consumer secret"),
        origin=N_("WordPress > WooCommerce > Settings > Advanced > REST API > Add key, with Read/Write"),
        partner_term="Consumer secret",
        max_length=100,
        secret=True,
        pattern=r"[\x21-\x7e]+",
    ),
)

KEYS_FORM = FORM[:1]
"""All that is typed where the site makes the keys itself."""

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="tracking_as",
        label=N_("Where the tracking number goes"),
        origin=N_("WooCommerce itself has no field for it; choose what your site shows to the buyer"),
        required=False,
        default="meta",
        choices=(
            ("meta", N_("Custom fields of the order")),
            ("note", N_("Custom fields, and a note that is mailed to the buyer")),
            ("extension", N_("The extension Shipment Tracking")),
        ),
    ),
    FormField(
        key="shipped_status",
        label=N_("Status of a shipped order"),
        origin=N_("“completed”, or the word of a plugin that has a status of its own"),
        partner_term="status",
        max_length=20,
        required=False,
        default=SHIPPED,
        pattern=r"[a-z0-9_\-]+",
    ),
    FormField(
        key="keys_in_address",
        label=N_("Send the keys in the address"),
        origin=N_("Only where the site's server drops the header with the keys, so that they are refused"),
        required=False,
        default="no",
        choices=(("no", N_("No")), ("yes", N_("Yes"))),
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when the store answers that there are too many requests"),
        required=False,
        default="5",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

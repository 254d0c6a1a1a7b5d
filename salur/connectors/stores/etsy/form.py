"""What the authorisation form asks for (R8 to R10). Shop and tokens come from Etsy's own login page."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.polling import poll_field
from salur.connectors.base.texts import N_

LIVE = "https://api.etsy.com"
LOGIN = "https://www.etsy.com"
OWN_HOSTS = frozenset({"api.etsy.com", "openapi.etsy.com"})
POLL_SECONDS = 8 * 3600
ADDRESS_PATTERN = r"https?://[^\s?#]+"
IN_YOUR_APPS = N_("Etsy developers > Your apps > Manage your apps > your app")

FORM: tuple[FormField, ...] = (
    FormField(
        key="keystring",
        label=N_("App key"),
        origin=IN_YOUR_APPS,
        partner_term="Keystring",
        max_length=100,
        pattern=r"[0-9A-Za-z]+",
    ),
    FormField(
        key="shared_secret",
        label=N_("Shared secret"),
        origin=IN_YOUR_APPS,
        partner_term="Shared secret",
        max_length=200,
        secret=True,
        required=False,
    ),
    FormField(
        key="webhook_secret",
        label=N_("Key of the messages"),
        origin=N_("Etsy developers > your app > Webhook portal > the endpoint; leave empty without webhooks"),
        partner_term="Signing secret",
        max_length=200,
        secret=True,
        required=False,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave it as it is unless Etsy named another"),
        partner_term="host",
        max_length=200,
        required=False,
        default=LIVE,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    poll_field(POLL_SECONDS),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Lower it when several shops share one app: Etsy counts per app"),
        required=False,
        default="8",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

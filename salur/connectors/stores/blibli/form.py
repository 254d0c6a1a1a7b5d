"""What the authorisation form asks for (R8 to R10): keys only, there is neither login page nor token."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

LIVE = "https://api.blibli.com"
CHANNEL = "salur"

CLIENT = N_("Blibli gives it to registered API clients (seller-api.blibli.com)")
SELLER_CENTER = N_("Blibli Seller Center > Store info > API integration")

FORM: tuple[FormField, ...] = (
    FormField(
        key="client_id",
        label=N_("API client ID"),
        origin=CLIENT,
        partner_term="API client ID",
        max_length=200,
    ),
    FormField(
        key="client_key",
        label=N_("API client key"),
        origin=CLIENT,
        partner_term="API client key",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="seller_key",
        label=N_("API seller key"),
        origin=SELLER_CENTER,
        partner_term="Api-Seller-Key",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="signature_key",
        label=N_("Signature key"),
        origin=N_("Blibli Seller Center > Store info > API integration; leave empty if none is set there"),
        partner_term="Signature key",
        max_length=200,
        secret=True,
        required=False,
    ),
    FormField(
        key="store_code",
        label=N_("Store code"),
        origin=N_("Blibli Seller Center > Store info, for instance TOQ-15126"),
        partner_term="storeCode, businessPartnerCode",
        max_length=30,
        pattern=r"[A-Za-z0-9\-]+",
    ),
    FormField(
        key="username",
        label=N_("User name"),
        origin=N_("The e-mail that the seller logs in to Blibli Seller Center with"),
        partner_term="username",
        max_length=200,
    ),
    FormField(
        key="channel_id",
        label=N_("Channel name"),
        origin=N_("The name that Blibli has registered the API client under; small letters, hyphens for spaces"),
        partner_term="channelId",
        max_length=100,
        required=False,
        default=CHANNEL,
        pattern=r"[a-z0-9._\-]+",
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
        key="pickup_point",
        label=N_("Pickup point whose stock is set"),
        origin=N_("Needed where products have several pickup points: Blibli Seller Center > Pickup points"),
        partner_term="pickupPointCode",
        max_length=30,
        required=False,
        pattern=r"[A-Za-z0-9\-]+",
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

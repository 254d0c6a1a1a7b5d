"""What the authorisation form asks for (R33, P1)."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

ADDRESS_PATTERN = r"https?://[^\s?#]+"
ORIGIN = N_("Shown in your account at the ECCANG warehouse system; ask the warehouse if you have none")

FORM: tuple[FormField, ...] = (
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("The web address of the warehouse's ECCANG system; every warehouse company has its own"),
        partner_term="web-service",
        max_length=200,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="app_token",
        label=N_("Customer token"),
        origin=ORIGIN,
        partner_term="App_token 客户token",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="app_key",
        label=N_("Secret key"),
        origin=ORIGIN,
        partner_term="appKey 秘钥",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="customer_code",
        label=N_("Customer code"),
        origin=ORIGIN,
        partner_term="customer_code",
        max_length=100,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="shipping_method",
        label=N_("Shipping method"),
        origin=N_("The warehouse's code for parcels that carry the store's own label; ask the warehouse"),
        partner_term="shipping_method",
        max_length=50,
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Ask the warehouse what its system allows"),
        required=False,
        default="20",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

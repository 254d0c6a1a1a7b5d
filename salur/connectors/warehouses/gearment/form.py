"""What the authorisation form, the settings and each product ask for (contract sheet gearment.md, 1 and 3)."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

ADDRESS_PATTERN = r"https?://[^\s?#]+"
PRODUCTION = "https://apiv2.gearment.com/integration-handler"
IN_SETTINGS = N_("Gearment: Team settings, Developer settings")

FORM: tuple[FormField, ...] = (
    FormField(
        key="client_key",
        label=N_("Client key"),
        origin=IN_SETTINGS,
        partner_term="Client Key",
        max_length=200,
    ),
    FormField(
        key="client_secret",
        label=N_("Client secret"),
        origin=IN_SETTINGS,
        partner_term="Client Secret",
        max_length=200,
        secret=True,
    ),
    FormField(
        key="store_id",
        label=N_("Store number at Gearment"),
        origin=N_("Make a store for Salur at Gearment, with its own order sync switched off, and take its number"),
        partner_term="store_id",
        max_length=255,
    ),
    FormField(
        key="signature_key",
        label=N_("Key of the messages"),
        origin=N_("Gearment's “API signature”; leave empty if it is the client secret"),
        partner_term="API signature",
        max_length=200,
        secret=True,
        required=False,
    ),
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave it as it is unless Gearment named another"),
        partner_term="integration-handler",
        max_length=300,
        required=False,
        default=PRODUCTION,
        pattern=ADDRESS_PATTERN,
    ),
)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="shipping_method",
        label=N_("Shipping method"),
        origin=N_("How Gearment sends the parcels"),
        partner_term="shipping_method",
        required=False,
        choices=(
            ("METHOD_STANDARD", N_("Standard")),
            ("METHOD_GROUND", N_("Ground")),
            ("METHOD_FAST_SHIP", N_("Fast ship")),
            ("METHOD_STAMP", N_("Stamp")),
            ("METHOD_ECONOMY", N_("Economy")),
        ),
        default="METHOD_STANDARD",
    ),
)

DESIGN_PATTERN = r"https?://\S+"
DESIGN_ORIGIN = N_("Web address of the picture to be printed; front or back is needed")

PRODUCT_FIELDS: tuple[FormField, ...] = (
    FormField(
        key="variant_sku",
        label=N_("Gearment's SKU of the blank product"),
        origin=N_("From Gearment's catalogue, for instance a T-shirt in one colour and size; empty: the MSKU itself"),
        partner_term="variant_sku",
        max_length=100,
        required=False,
    ),
    *(
        FormField(
            key=key,
            label=label,
            origin=DESIGN_ORIGIN,
            partner_term=term,
            max_length=1000,
            required=False,
            pattern=DESIGN_PATTERN,
        )
        for key, label, term in (
            ("front_url", N_("Design on the front"), "PRINT_LOCATION_CODE_FRONT"),
            ("back_url", N_("Design on the back"), "PRINT_LOCATION_CODE_BACK"),
            ("whole_url", N_("Design all over"), "PRINT_LOCATION_CODE_WHOLE"),
            ("pocket_url", N_("Design on the pocket"), "PRINT_LOCATION_CODE_POCKET"),
            ("left_sleeve_url", N_("Design on the left sleeve"), "PRINT_LOCATION_CODE_LEFT_SLEEVE"),
            ("right_sleeve_url", N_("Design on the right sleeve"), "PRINT_LOCATION_CODE_RIGHT_SLEEVE"),
        )
    ),
)

"""Fastock MY on the Qimen profile: no contract of its own is published, so everything on the wire is assumed.

Its authorisation inputs, naming rule and limits are documented (contract sheet fastock.md, 1); which input is which
Qimen parameter stands in :data:`PROFILE`, one line each.
"""

from __future__ import annotations

import hashlib

from salur.connectors.base.capabilities import Plugin, RateLimit, WarehouseCapabilities
from salur.connectors.base.texts import N_
from salur.connectors.base.types import OutboundTask
from salur.connectors.profiles.qimen.callbacks import ANSWER
from salur.connectors.profiles.qimen.connector import QimenConnector
from salur.connectors.profiles.qimen.form import SECRETS
from salur.connectors.profiles.qimen.profile import Profile
from salur.connectors.profiles.qimen.statuses import STATUS_TABLES

from .form import FORM, PLACES_FORM, SETTINGS_FORM

PROFILE = Profile(
    app_key="app_key",
    secret="secret_key",  # noqa: S106 - the name of a field
    customer_id="customer_code",
    owner_code="consignor_code",
    warehouses="warehouse_codes",
    place_code="warehouse_code",
    country="country",
    fixed_country="MY",
)

CAPABILITIES = WarehouseCapabilities(
    name="fastock",
    title="Fastock MY",
    countries=("MY",),
    abilities=frozenset({"products", "inbound", "cancel", "stock", "callbacks"}),
    unsupported_channels=frozenset({"shopify", "woocommerce", "manual"}),
    inbound_cost_required=True,
    cancel_until=OutboundTask.PACKED,  # R116: until the list is completed
    reference_max_length=50,
    report_batch=1,
    inbound_report_batch=1,
    label_by_url=True,
    stock_by_sku=False,  # R131
    messages_by="console",
    callback_answer=ANSWER,
    cancelled_label=N_("Invalid"),  # R116
    rate=RateLimit(10.0, 20),
    notes=(
        N_(
            "Fastock has published no description of its interface. Salur speaks the Qimen standard to it, at the "
            "address that Fastock gives you; names of fields can be changed in the settings. Try one product and one "
            "order before you rely on it."
        ),
    ),
    secret_fields=SECRETS | {"secret_key"},
)


class FastockWarehouse(QimenConnector):
    """One Fastock account with its warehouses."""

    capabilities = CAPABILITIES
    profile = PROFILE

    def identity_key(self) -> str:
        """The customer code names the account (R20); a digest, so that the claim shows nothing."""
        return hashlib.sha256(self.account.customer_id.encode("utf-8", "replace")).hexdigest()


PLUGIN = Plugin(
    kind="warehouse",
    name="fastock",
    capabilities=CAPABILITIES,
    build=FastockWarehouse,
    form=FORM,
    status_tables=STATUS_TABLES,
    settings_form=SETTINGS_FORM,
    places_form=PLACES_FORM,
)

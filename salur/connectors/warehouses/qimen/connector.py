"""Any warehouse that speaks Qimen: the profile as it stands."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from salur.connectors.base.capabilities import Plugin, RateLimit, WarehouseCapabilities
from salur.connectors.base.texts import N_
from salur.connectors.base.types import OutboundTask
from salur.connectors.profiles.qimen.callbacks import ANSWER
from salur.connectors.profiles.qimen.connector import QimenConnector
from salur.connectors.profiles.qimen.form import SECRETS, SETTINGS
from salur.connectors.profiles.qimen.statuses import STATUS_TABLES

from .form import COUNTRIES, FORM, PLACES_FORM

CAPABILITIES = WarehouseCapabilities(
    name="qimen",
    title="Qimen WMS",
    countries=tuple(code for code, _ in COUNTRIES),
    abilities=frozenset({"products", "inbound", "cancel", "stock", "callbacks"}),
    unsupported_channels=frozenset({"manual"}),
    cancel_until=OutboundTask.PACKED,  # assumed; the warehouse's answer decides
    reference_max_length=50,
    report_batch=1,
    inbound_report_batch=1,
    received_when="reported",  # the standard reports part after part, and what is there can be sold
    label_by_url=True,
    messages_by="console",
    callback_answer=ANSWER,
    rate=RateLimit(10.0, 20),
    notes=(
        N_(
            "Qimen is an open standard that most Chinese-made warehouse systems speak. Where the label goes is not "
            "part of it: agree with the warehouse on the two names in the settings."
        ),
    ),
    secret_fields=SECRETS,
)


class QimenWarehouse(QimenConnector):
    """One account at one warehouse company."""

    capabilities = CAPABILITIES

    def identity_key(self) -> str:
        """The same customer at the same warehouse system is the same account, whatever its address looks like."""
        host = (urlsplit(self.account.url).hostname or "").lower()
        named = "\n".join((host, self.account.app_key, self.account.customer_id))
        return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()


PLUGIN = Plugin(
    kind="warehouse",
    name="qimen",
    capabilities=CAPABILITIES,
    build=QimenWarehouse,
    form=FORM,
    status_tables=STATUS_TABLES,
    settings_form=SETTINGS,
    places_form=PLACES_FORM,
)

"""Messages from partners: to which address, and the subscription where a partner takes one (R27, R39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import PartnerError
from salur.flows.receive_webhook import webhook_address
from salur.foundation.problems import Refusal
from salur.integrations.connections import Kind
from salur.integrations.forms import every_field
from salur.integrations.lines import load_line
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.integrations.saving import PartnerRefused
from salur.integrations.webhooks import subscribe
from salur.web.access import MerchantRequest, reading
from salur.web.acting import tell_refusal

CONSOLE_KEY = "push_key"
"""A partner whose form asks for this key sends messages to the address entered in its own console."""


@dataclass(frozen=True)
class Messages:
    """What the page of a connection tells of its partner's messages."""

    address: str
    title: str
    by: str  # call | login | console, as WarehouseCapabilities.messages_by
    subscribed: bool
    until: datetime | None
    key_in_form: bool = False

    @property
    def by_call(self) -> bool:
        """Whether we ask for them ourselves."""
        return self.by == "call"

    @property
    def reachable(self) -> bool:
        """Whether the address looks like one that a partner can call from outside."""
        return self.address.startswith("https://")


def is_public() -> bool:
    """Whether this installation has an address that partners can call from outside."""
    return bool(settings.SALUR.base_url.startswith("https://"))


def messages_of(row: StoreConnection | WarehouseAccount, plugin: Plugin | None) -> Messages | None:
    """What to tell; None where the partner sends no messages."""
    if plugin is None or "callbacks" not in plugin.capabilities.abilities:
        return None
    kind: Kind = "store" if isinstance(row, StoreConnection) else "account"
    key_in_form = any(field.key == CONSOLE_KEY for field in every_field(plugin))
    can = plugin.capabilities
    return Messages(
        address=webhook_address(kind, row.pk),
        title=can.title,
        by=can.messages_by,
        key_in_form=key_in_form,
        subscribed=bool(row.settings.get("subscribed")),
        until=row.subscribed_until if isinstance(row, WarehouseAccount) else None,
    )


def ask_at_once(request: MerchantRequest, plugin: Plugin, store_id: int) -> None:
    """For a new store that takes a subscription by call: orders come as soon as they qualify (R139).

    Not where partners cannot call this installation anyway.
    """
    can = plugin.capabilities
    if can.messages_by == "call" and "callbacks" in can.abilities and is_public():
        ask_for_messages(request, "store", store_id)


def ask_for_messages(request: MerchantRequest, kind: Kind, connection_id: int) -> None:
    """Subscribe at the partner, and tell how it ended. No scope is open while the partner is asked."""
    try:
        with reading(request):
            line = load_line(kind, connection_id)
        try:
            until = subscribe(line, webhook_address(kind, connection_id))
        except PartnerError as error:
            raise PartnerRefused(error, line.plugin) from error
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return
    if until is None:
        messages.success(request, gettext("Subscribed to messages."))
    else:
        day = {"day": date_format(localtime(until), "DATE_FORMAT")}
        messages.success(request, gettext("Subscribed to messages until %(day)s.") % day)

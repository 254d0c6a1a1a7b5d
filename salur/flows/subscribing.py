"""Messages from partners: to which address, and the subscription where a partner takes one (R27, R39, R139)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import PartnerError
from salur.integrations.acting import Acting
from salur.integrations.connections import Kind
from salur.integrations.forms import every_field
from salur.integrations.lines import load_line
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.integrations.saving import PartnerRefused
from salur.integrations.webhooks import subscribe

from .receive_webhook import webhook_address

CONSOLE_KEY = "push_key"
"""A partner whose form asks for this key sends messages to the address entered in its own console."""


@dataclass(frozen=True)
class Messages:
    """What is known of the messages of a connection's partner."""

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
    def told_by_hand(self) -> bool:
        """Whether only the merchant knows that they come, and notes it."""
        return not self.by_call and not self.key_in_form

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
    can = plugin.capabilities
    return Messages(
        address=webhook_address(kind, row.pk),
        title=can.title,
        by=can.messages_by,
        key_in_form=any(field.key == CONSOLE_KEY for field in every_field(plugin)),
        subscribed=bool(row.settings.get("subscribed")),
        until=row.subscribed_until if isinstance(row, WarehouseAccount) else None,
    )


def subscribes_at_once(plugin: Plugin) -> bool:
    """Whether a new store is subscribed as soon as it is connected, so that orders come when they qualify (R139).

    Not where partners cannot call this installation anyway.
    """
    can = plugin.capabilities
    return can.messages_by == "call" and "callbacks" in can.abilities and is_public()


def ask_for_messages(acting: Acting, kind: Kind, connection_id: int) -> datetime | None:
    """Subscribe at the partner (no scope open); answers when that ends, None if never.

    Raises ConnectionPaused, NotConnected, PartnerRefused.
    """
    with acting.scope("subscribe"):
        line = load_line(kind, connection_id)
    try:
        return subscribe(line, webhook_address(kind, connection_id))
    except PartnerError as error:
        raise PartnerRefused(error, line.plugin) from error

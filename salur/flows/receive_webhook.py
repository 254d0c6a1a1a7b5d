"""Partners' messages: signature, kept once, whoever works on them woken; nothing is worked on here (design 9)."""

from __future__ import annotations

from django.conf import settings

from salur.connectors.base.types import RawRequest
from salur.integrations.connections import ConnectionPaused, Kind, NotConnected
from salur.integrations.lines import load_line
from salur.integrations.webhooks import Received, merchant_of, receive
from salur.tenancy.scope import merchant_scope

from .wakeups import wake

PATH = "/webhooks/{kind}/{id}"


def webhook_address(kind: Kind, connection_id: int) -> str:
    """The public address that a partner is told to send messages of this connection to."""
    return f"{settings.SALUR.base_url.rstrip('/')}{PATH.format(kind=kind, id=connection_id)}"


def receive_webhook(kind: Kind, connection_id: int, request: RawRequest) -> Received:
    """Take a message in (no scope open); answers which of its events are new, and what the partner wants to be told.

    Raises AuthRejected, ContractBroken and NotConnected as :func:`salur.integrations.webhooks.receive` does. Should
    the wake-up be lost, the workers' sweep finds the stored events.
    """
    return receive(kind, connection_id, request, with_new=lambda: wake(f"{kind}_event", connection_id))


def takes_messages(kind: Kind, connection_id: int) -> bool:
    """Whether there is a connection whose partner sends messages (a partner asks so before it begins)."""
    try:
        with merchant_scope(merchant_of(kind, connection_id), actor="partner", cause="message"):
            line = load_line(kind, connection_id, even_paused=True)
    except (NotConnected, ConnectionPaused):
        return False
    return "callbacks" in line.plugin.capabilities.abilities

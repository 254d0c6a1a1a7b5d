"""Partners' messages: signature, kept once, whoever works on them woken; nothing is worked on here (design 9)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.types import RawRequest
from salur.integrations.connections import ConnectionPaused, Kind, NotConnected
from salur.integrations.lines import load_line
from salur.integrations.listening import merchant_of
from salur.integrations.webhooks import Received, receive_together
from salur.tenancy.scope import merchant_scope

from .wakeups import wake

PATH = "/webhooks/{kind}/{id}"


def webhook_address(kind: Kind, connection_id: int) -> str:
    """The public address that a partner is told to send messages of this connection to."""
    return f"{settings.SALUR.base_url.rstrip('/')}{PATH.format(kind=kind, id=connection_id)}"


def receive_messages(kind: Kind, connection_id: int, requests: Sequence[RawRequest]) -> list[Received | PartnerError]:
    """Take messages in, all in one transaction (no scope open); which events of each are new, or why it is refused.

    Raises NotConnected and ConnectionPaused as :func:`salur.integrations.webhooks.receive_together` does. Should the
    wake-up be lost, the workers' sweep finds the stored events.
    """
    return receive_together(kind, connection_id, requests, with_new=lambda: wake(f"{kind}_event", connection_id))


def takes_messages(kind: Kind, connection_id: int) -> bool:
    """Whether there is a connection whose partner sends messages (a partner asks so before it begins)."""
    try:
        with merchant_scope(merchant_of(kind, connection_id), actor="partner", cause="message"):
            line = load_line(kind, connection_id, even_paused=True)
    except (NotConnected, ConnectionPaused):
        return False
    return "callbacks" in line.plugin.capabilities.abilities

"""Partners' messages: signature, kept once, whoever works on them woken; nothing is worked on here (design 9)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.types import RawRequest
from salur.integrations.connections import Kind
from salur.integrations.listening import forget, listener
from salur.integrations.webhooks import Received, receive_together

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


def answer_challenge(kind: Kind, connection_id: int, request: RawRequest) -> str:
    """What a partner wants to hear from an address before it sends messages there, as JSON (no scope open).

    Raises NotConnected where no partner sends any, ConnectionPaused where our own keys do not open, and the connector's
    error (Rejected) for what is no question of the partner's.
    """
    forget(kind, connection_id)  # answers are made of what is typed, and nothing here would tell that it has changed
    return listener(kind, connection_id).answer_challenge(request)

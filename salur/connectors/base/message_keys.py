"""Reading a message that is signed with a key of the partner's (ability ``message_keys``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .errors import KeyNeeded
from .types import PartnerEvent, RawRequest


def read_message(connector: Any, request: RawRequest) -> Sequence[PartnerEvent]:
    """The events of a message; the key that is missing is asked for, once. Raises what the connector raises."""
    try:
        events: Sequence[PartnerEvent] = connector.parse_callback(request)
    except KeyNeeded as needed:
        if not callable(getattr(connector, "message_key", None)):
            raise
        key = connector.message_key(needed.field)
        events = connector.parse_callback(replace(request, keys={**request.keys, needed.field: key}))
    return events

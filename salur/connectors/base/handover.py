"""What a store posts that makes keys on a page of its own (ability ``handover``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Keys that a store sent us by itself (ability ``handover``); ``values`` by the names of the connector's fields."""

    handle: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return "HandedOver(***)"

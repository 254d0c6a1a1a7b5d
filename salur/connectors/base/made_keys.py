"""What a store posts that makes keys on a page of its own (ability ``makes_keys``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MadeKeys:
    """Keys that a store sent us by itself (ability ``makes_keys``); ``values`` by the connector's fields."""

    handle: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return "MadeKeys(***)"

"""Where a page of orders begins, as it is kept between pages. eBay names no order of its list (contract sheet)."""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import ContractBroken


@dataclass(frozen=True, slots=True)
class Place:
    """Orders to skip, and how many matched when the page before was read."""

    offset: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.offset}:{self.total}"


def read(cursor: str | None) -> Place:
    """A cursor of ours as it was kept; anything else is ContractBroken."""
    if not cursor:
        return Place()
    parts = cursor.split(":")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
        return Place(int(parts[0]), int(parts[1]))
    raise ContractBroken("bad_cursor", cursor[:80], field="cursor")

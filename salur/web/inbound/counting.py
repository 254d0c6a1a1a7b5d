"""What somebody counted of an own warehouse's goods, as it was typed: pieces in total so far, by line."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from salur.inbound.checking import LARGEST_QUANTITY
from salur.inbound.models import InboundLine
from salur.inbound.queries import lines_of


@dataclass(frozen=True)
class Counted:
    """Two figures as they were typed, and what is wrong with them."""

    received: str
    damaged: str
    error: str = ""

    @classmethod
    def of(cls, line: InboundLine) -> Counted:
        """What is known of a line."""
        return cls(str(line.received), str(line.damaged))

    @property
    def good(self) -> int:
        """Pieces fit for sale; only without an error."""
        return int(self.received)

    @property
    def bad(self) -> int:
        """Pieces not fit for sale; only without an error."""
        return int(self.damaged)


def counted(list_id: int, sent: QueryDict, *, fill: bool = False) -> dict[int, Counted]:
    """What was typed for each line (inside a scope); empty fields mean what is known. ``fill``: as announced."""
    found = {}
    for line in lines_of([list_id]).get(list_id, []):
        received = sent.get(f"received_{line.pk}", "").strip() or str(line.received)
        damaged = sent.get(f"damaged_{line.pk}", "").strip() or str(line.damaged)
        if fill:
            whole = damaged if _whole(damaged) else "0"
            received = str(max(line.received, line.quantity - int(whole)))
        found[line.pk] = Counted(received[:20], damaged[:20], _error(line, received, damaged))
    return found


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= LARGEST_QUANTITY


def _error(line: InboundLine, received: str, damaged: str) -> str:
    if not (_whole(received) and _whole(damaged)):
        return gettext("Give whole pieces in digits, for instance 120.")
    if int(received) < line.received or int(damaged) < line.damaged:
        told = gettext("Less than before: %(received)s received and %(damaged)s damaged pieces are entered already.")
        return told % {"received": line.received, "damaged": line.damaged}
    return ""

"""The filter of the list of outbound lists in the address."""

from __future__ import annotations

from django.http import QueryDict

from salur.outbound.queries import OutboundFilter
from salur.web.filters import row_id, word


def read_filter(query: QueryDict) -> OutboundFilter:
    """What the address asks for."""
    return OutboundFilter(
        push=word(query, "push"),
        task=word(query, "task"),
        store=row_id(query, "store"),
        warehouse=row_id(query, "warehouse"),
        blocked_by=word(query, "why"),
        search=word(query, "q"),
    )

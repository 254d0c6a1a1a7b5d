"""The order list's filter in the address."""

from __future__ import annotations

from django.http import QueryDict

from salur.outbound.queries import OrderFilter
from salur.web.filters import row_id, word


def read_filter(query: QueryDict) -> OrderFilter:
    """What the address asks for."""
    return OrderFilter(
        status=word(query, "status"),
        search=word(query, "q"),
        store=row_id(query, "store"),
        warehouse=row_id(query, "warehouse"),
        problem=word(query, "problem"),
        blocked_by=word(query, "why"),
    )

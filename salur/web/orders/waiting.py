"""What orders wait for, counted over all of them; each count opens its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.urls import reverse

from salur.orders.queries import problem_groups
from salur.outbound.queries import blocked_groups
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.words import gate_title, problem_title


@dataclass(frozen=True)
class Waiting:
    """One reason with its count."""

    title: str
    count: int
    oldest: datetime | None
    url: str
    more: bool = False


@page()
def waiting_list(request: MerchantRequest) -> HttpResponseBase:
    """Lists by push condition, and orders by problem."""
    orders = reverse("web:orders")
    conditions = [
        Waiting(gate_title(g.code), g.count, g.oldest, f"{orders}?{urlencode({'why': g.code})}", g.more)
        for g in blocked_groups()
    ]
    problems = [
        Waiting(problem_title(g.cause), g.count, g.oldest, f"{orders}?{urlencode({'problem': g.cause})}", g.more)
        for g in problem_groups()
    ]
    context = {"conditions": conditions, "problems": problems}
    return fragment_or_page(request, "web/orders/waiting.html", context)

"""Reading at the size that the imports before have reached."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from .measuring import measured, report
from .shop import Shop

TRIES = 21


def read_back(shop: Shop, stored: int) -> None:
    """Report the time of a whole stock verification and of the order list's pages."""
    from salur.outbound.queries import OrderFilter, order_rows
    from salur.stock.ledger import verify
    from salur.stock.models import Movement
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="read"):
        movements = Movement.objects.count()
        with measured() as spent:
            wrong = verify()
        if wrong:
            raise RuntimeError(f"stock does not agree with its ledger: {wrong[:3]}")
        report(
            "stock_verify", spent.wall * 1000, "ms", movements, movements_per_second=movements / max(spent.wall, 1e-9)
        )
        middle = order_rows(OrderFilter(), None).rows[-1].order.external_id
        for name, wanted in {
            "order_list": OrderFilter(),
            "order_list_by_status": OrderFilter(status="ready"),
            "order_list_search": OrderFilter(search=middle),
            "order_list_blocked": OrderFilter(blocked_by="awb_being_arranged"),
        }.items():
            times = []
            for _ in range(TRIES):
                begun = perf_counter()
                page = order_rows(wanted, None)
                times.append((perf_counter() - begun) * 1000)
            report(name, median(times), "ms", stored, rows=len(page.rows), slowest=max(times))

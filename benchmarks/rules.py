"""Dry run of many rules over many orders (R72): published rules and a draft, each order by both."""

from __future__ import annotations

from typing import Any

from .measuring import measured, peak_mb, report
from .shop import Shop, msku

RULES = 50


def dry_run(shop: Shop, orders: int) -> None:
    """A draft of fifty rules with every kind of condition; the last one takes what no other does."""
    from salur.flows.rule_runs import carry_on_rule_run, start_run
    from salur.foundation.clock import now
    from salur.orders.models import Order
    from salur.routing.drafts import open_draft
    from salur.routing.models import DRAFT, RoutingRule, RuleRun, RunChoice, RunKind
    from salur.stock.models import Warehouse
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="rules"):
        own = Warehouse(code=f"OWN-{now().timestamp()}", name="Own", country="TH", created_at=now())
        own.save()
        open_draft()
        RoutingRule.objects.filter(draft=DRAFT).delete()
        kinds: list[dict[str, Any]] = [
            {"provinces": ["Chiang Mai"], "couriers": ["Kerry*"]},
            {"postcodes": ["83", "95000-95999"], "cash_on_delivery": "yes"},
            {"cities": ["Phuket", "Hat Yai"], "countries": ["TH"]},
            {"value_from": 1_000_000, "value_currency": "THB"},
            {"mskus": [msku(number) for number in range(5)], "couriers": ["nobody"]},
        ]
        for number in range(RULES):
            said = kinds[number % len(kinds)] if number < RULES - 1 else {}
            RoutingRule(
                name=f"Draft {number}",
                position=number,
                draft=DRAFT,
                warehouse_id=shop.warehouse_id,
                fallback_ids=[own.pk],
                only_where_free=True,
                **said,
            ).save()
        run = start_run(RunKind.TRIAL, RunChoice.OPEN)
        assert run.expected >= orders, (run.expected, orders)  # noqa: S101 - else the figure means nothing
        there = Order.objects.count()
    with measured() as spent:
        carry_on_rule_run(shop.merchant_id, run.pk)
    with merchant_scope(shop.merchant_id, actor="bench", cause="rules"):
        done = RuleRun.objects.get(pk=run.pk)
    assert done.done == run.expected, done.state  # noqa: S101 - as above
    report(
        "rules_dry_run",
        spent.wall,
        "s",
        done.done,
        rules=RULES,
        orders_stored=there,
        cpu_s=spent.cpu,
        database_cpu_s=spent.backend_cpu,
        peak_mb=peak_mb(),
        outcomes=str(done.summary["outcomes"]),
    )

"""``salur why ORDER``: every condition of an order, passed or not, and what frees it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from salur.config.boot import start_django

if TYPE_CHECKING:
    from salur.outbound.why import Answer

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

MARKS = {"passed": "  ok ", "closed": "STOP ", "not_asked": "   - "}


def register(commands: Commands) -> None:
    """Add the command."""
    why = commands.add_parser("why", help="why an order is where it is: every condition, passed or not")
    why.add_argument("order", metavar="ORDER", help="the order's number at its store")
    why.add_argument("--merchant", type=int, metavar="ID", help="only this merchant's orders")
    why.set_defaults(run=_why)


def _why(chosen: argparse.Namespace) -> int:
    start_django()
    from salur.orders.models import Order
    from salur.outbound.why import explain
    from salur.tenancy.accounts import all_merchants
    from salur.tenancy.scope import merchant_scope

    merchants = [chosen.merchant] if chosen.merchant else all_merchants()
    found = 0
    for merchant in merchants:
        with merchant_scope(merchant, actor="command", cause="salur why"):
            for order in Order.objects.filter(external_id=chosen.order).select_related("store"):
                found += 1
                print(f"{order.external_id} · {order.store.name} · {order.status} {order.raw_status}".rstrip())
                for answer in explain(order):
                    _tell(answer)
    if not found:
        print(f"no order has the number {chosen.order}")
    return 0 if found else 1


def _tell(answer: Answer) -> None:
    from salur.outbound.why_messages import NAMES, condition_text

    outbound = answer.outbound
    print(f"  {outbound.reference} · {outbound.warehouse.name} · {outbound.push}" if outbound else "  no outbound list")
    for one in answer.conditions:
        print(f"    {MARKS[one.state]}{NAMES[one.gate]}")
        if one.state != "closed":
            continue
        text = condition_text(one.code, one.evidence)
        since = f", since {one.since:%Y-%m-%d %H:%M} UTC" if one.since else ""
        print(f"           {text.title} ({one.code}{since})")
        print(f"           {text.cause} {text.cure} [{text.who}]")

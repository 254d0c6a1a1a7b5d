"""Pages as a person asks for them, at the size that great tables have reached: the whole server's work for each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import quantiles
from typing import Any

from .great import fill_stock, multiply_orders
from .measuring import measured, report
from .shop import Shop

TRIES = 40
WARM_UP = 3
WAREHOUSES = 5


def order_lists(shop: Shop, stored: int, wanted: int) -> None:
    """Order list, problem list and outbound list when ``stored`` orders have been multiplied to ``wanted``."""
    from salur.foundation.paging import _encode
    from salur.orders.models import Order

    _some_problems(shop)
    multiply_orders(shop, max(1, wanted // stored))
    client = _signed_in(shop)
    with _scope(shop):
        middle = Order.objects.order_by("id").values_list("id", "external_id")[wanted // 2]
        count = Order.objects.count()
    half, last = {"cursor": _encode("n", [middle[0]])}, {"cursor": _encode("p", [0])}
    for name, query in (
        ("first", {}),
        ("middle", half),
        ("last", last),
        ("status", {"status": "ready"}),
        ("status_last", {"status": "ready", **last}),
        ("status_rare", {"status": "cancelled"}),
        ("search", {"q": middle[1]}),
        ("store", {"store": shop.store_id}),
        ("warehouse", {"warehouse": shop.warehouse_id}),
        ("problem_any", {"problem": "any"}),
        ("problem_cause", {"problem": "no_stock"}),
        ("blocked", {"blocked_by": "awb_being_arranged"}),
        ("blocked_rare", {"blocked_by": "not_enough_stock"}),
    ):
        _measure(client, f"order_list_{name}", "/orders/", query, count)
    _measure(client, "problem_list", "/orders/problems/", {}, count)
    for name, query in (
        ("first", {}),
        ("middle", half),
        ("last", last),
        ("push", {"push": "waiting"}),
        ("push_rare", {"push": "rejected"}),
        ("blocked", {"blocked_by": "awb_being_arranged"}),
        ("warehouse", {"warehouse": shop.warehouse_id}),
        ("store", {"store": shop.store_id}),
        ("search", {"q": middle[1]}),
    ):
        _measure(client, f"outbound_list_{name}", "/outbound/", query, count)
    _measure(client, "dashboard", "/", {}, count)


def stock_lists(shop: Shop, rows: int, movements: int) -> None:
    """The stock list at so many MSKU-warehouse rows, and the verification of its ledger."""
    from salur.foundation.paging import _encode

    products, each = rows // WAREHOUSES, movements // rows
    places = [shop.warehouse_id, *_more_warehouses(shop)]
    fill_stock(shop, places, products, each)
    client = _signed_in(shop)
    last = {"cursor": _encode("p", ["\U0010ffff", 2**60])}
    middle = {"cursor": _encode("n", [f"GREAT-{products // 2:07d}", 0])}
    one = {"warehouse": places[1]}
    for name, query in (
        ("first", {}),
        ("middle", middle),
        ("last", last),
        ("warehouse_first", one),
        ("warehouse_last", {**one, **last}),
        ("push_rare", {"push": "failed"}),
        ("push", {"push": "pushed"}),
        ("search", {"q": f"GREAT-{products // 3:07d}"}),
        ("search_none", {"q": "no such product"}),
    ):
        _measure(client, f"stock_list_{name}", "/stock/", query, rows)
    if each:
        _verify(shop, each * products * WAREHOUSES)


def _verify(shop: Shop, movements: int) -> None:
    from salur.stock.ledger import verify

    with _scope(shop), measured() as spent:
        wrong = verify()
    if wrong:
        raise RuntimeError(f"stock does not agree with its ledger: {wrong[:3]}")
    report(
        "stock_verify_great",
        spent.wall,
        "s",
        movements,
        movements_per_second=movements / spent.wall,
        database_cpu_seconds=spent.database_cpu,
    )


def _measure(client: Any, name: str, path: str, query: Mapping[str, Any], count: int) -> None:
    """The page with its middleware, queries and template; a page that is not answered is no figure."""
    times = []
    for number in range(TRIES + WARM_UP):
        if number == WARM_UP:
            before = measured()
            spent = before.__enter__()
        begun = time.perf_counter()
        answer = client.get(path, query)
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered {answer.status_code}")
    before.__exit__(None, None, None)
    cuts = quantiles(times[WARM_UP:], n=20)
    report(
        name,
        cuts[18],
        "ms (p95)",
        count,
        p50_ms=cuts[9],
        cpu_ms=spent.cpu / TRIES * 1000,
        backend_cpu_ms=None if spent.backend_cpu is None else spent.backend_cpu / TRIES * 1000,
        page_kb=len(answer.content) / 1000,
    )


def _scope(shop: Shop) -> Any:
    from salur.tenancy.scope import merchant_scope

    return merchant_scope(shop.merchant_id, actor="bench", cause="lists")


def _signed_in(shop: Shop) -> Any:
    """A browser of the shop's owner, and this process looks for cycles as the web's does."""
    from django.conf import settings
    from django.test import Client

    from salur.foundation.interpreter import look_for_cycles_seldom
    from salur.tenancy.entitlements import grant
    from salur.tenancy.models import Entitlement, Membership, User

    settings.ALLOWED_HOSTS = ["testserver"]
    with _scope(shop):
        for entitlement in Entitlement:
            grant(entitlement)
        owner = Membership.objects.all()[0].user_id
    client = Client(raise_request_exception=True)
    client.force_login(User.objects.get(pk=owner))
    look_for_cycles_seldom()
    return client


def _some_problems(shop: Shop) -> None:
    """Of the orders some have no stock, and some were cancelled at the store."""
    from salur.foundation.clock import now
    from salur.orders.models import Order, OrderProblem
    from salur.orders.problems import ProblemCause

    causes = [ProblemCause.NO_STOCK, ProblemCause.UNMAPPED_SKU, ProblemCause.NO_RULE]
    with _scope(shop):
        ids = list(Order.objects.order_by("id").values_list("id", flat=True)[:60])
        OrderProblem.objects.bulk_create(
            OrderProblem(merchant_id=shop.merchant_id, order_id=i, cause=causes[n % 3], opened_at=now())
            for n, i in enumerate(ids)
        )


def _more_warehouses(shop: Shop) -> list[int]:
    from salur.foundation.clock import now
    from salur.stock.models import Warehouse

    made = []
    with _scope(shop):
        for number in range(2, WAREHOUSES + 1):
            place = Warehouse(
                account_id=shop.account_id,
                code=f"TH{number:02d}",
                name=f"ECCANG-TH{number:02d}",
                country="TH",
                created_at=now(),
            )
            place.save()
            made.append(place.pk)
    return made

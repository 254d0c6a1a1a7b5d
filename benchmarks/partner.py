"""The sandbox as a process of its own, over real HTTP, and the account that is connected to it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from .shop import PIECES, PRODUCTS, Shop, msku

RATE = 1000
"""Calls per second that the account may make: more than will be made, so that the partner's limit is not measured."""


class Sandbox:
    """The simulated partners' control."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/_control", timeout=60)

    def post(self, path: str, body: object) -> Any:
        """POST JSON, answer JSON."""
        return self._client.post(path, json=body).raise_for_status().json()

    def get(self, path: str) -> Any:
        """GET JSON."""
        return self._client.get(path).raise_for_status().json()


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """Run it as long as the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "salur.sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield Sandbox(found.group())
                return
        raise RuntimeError("the sandbox ended before it named its address")
    finally:
        process.terminate()
        process.wait(10)


def connect(shop: Shop, partner: Sandbox) -> None:
    """Give the shop's account the sandbox operator's keys, and the operator the shop's products."""
    from salur.foundation.clock import now
    from salur.integrations.models import Credential, RateBudget, WarehouseAccount
    from salur.integrations.sealing import seal
    from salur.tenancy.scope import merchant_scope

    known = partner.get("/credentials")["eccang"]
    skus = [msku(number) for number in range(PRODUCTS)]
    partner.post("/eccang/products", {"skus": skus, "quantity": PIECES, "warehouse": "TH01"})
    values = {key: str(known[key]) for key in ("base_url", "app_token", "app_key", "customer_code")}
    with merchant_scope(shop.merchant_id, actor="bench", cause="connect"):
        WarehouseAccount.objects.filter(pk=shop.account_id).update(
            settings={"shipping_method": str(known["shipping_method"])}
        )
        Credential(
            account_id=shop.account_id,
            sealed=seal(values, shop.merchant_id, "account", shop.account_id),
            updated_at=now(),
        ).save()
        RateBudget(account_id=shop.account_id, per_second=RATE, burst=RATE, tokens=RATE, counted_at=now()).save()

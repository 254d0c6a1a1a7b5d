"""Merchants who connect the sandbox's shop and warehouse. Salur is imported late: Django starts after this file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.harness.database import Database
from tests.harness.partners import Sandbox

if TYPE_CHECKING:
    from salur.integrations.connect import Acting

BACK = "http://hub.example/integration/back"


class Desk:
    """What somebody at a merchant does in the pages: fills forms, logs in at the partner."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.known = sandbox.look("credentials")

    def shopee_form(self, **changes: str) -> dict[str, str]:
        """The filled-in form of the shop."""
        known = self.known["shopee"]
        return {key: str(known[key]) for key in ("partner_id", "partner_key", "push_key", "base_url")} | changes

    def eccang_form(self, **changes: str) -> dict[str, str]:
        """The filled-in form of the warehouse account."""
        known = self.known["eccang"]
        return {key: str(known[key]) for key in ("base_url", "app_token", "app_key", "customer_code")} | changes

    def log_in(self, page: str, shop_id: int | None = None) -> dict[str, str]:
        """Agree on the partner's page; answers the query with which the browser comes back."""
        answer = httpx.post(page, data={"shop_id": str(shop_id)} if shop_id else {})
        assert answer.status_code == 302, answer.text
        location = answer.headers["location"]
        assert location.startswith(BACK)
        return dict(parse_qsl(urlsplit(location).query))

    def connect_shop(self, acting: Acting, name: str = "Shop", shop_id: int | None = None, **changes: str) -> int:
        """The whole way of connecting the shop."""
        from salur.integrations import connect

        page = connect.begin_authorisation(acting, "shopee", name, self.shopee_form(**changes), redirect=BACK)
        query = self.log_in(page, shop_id)
        return connect.finish_authorisation(acting, query["state"], query)

    def calls(self, partner: str, operation: str) -> int:
        """How often the partner was called."""
        return int(self.sandbox.look("counts")[partner].get(operation, {"calls": 0})["calls"])

    def fault(self, partner: str, operation: str, kind: str, **more: Any) -> None:
        """Switch a fault on."""
        self.sandbox.control("faults", {"partner": partner, "operation": operation, "kind": kind, **more})


@pytest.fixture
def desk(sandbox: Sandbox) -> Desk:
    """The desk."""
    return Desk(sandbox)


@pytest.fixture
def new_acting(db: Database) -> Callable[[str], Acting]:
    """Makes a merchant who may use warehouses, and answers its owner at work."""
    from salur.integrations.connect import Acting
    from salur.tenancy import entitlements
    from salur.tenancy.accounts import create_merchant
    from salur.tenancy.models import Entitlement, User

    def make(name: str) -> Acting:
        owner = User.objects.create_user(username=f"owner-of-{name}", email=f"{name}@shop.example")
        acting = Acting(create_merchant(owner, name, "TH", "Asia/Bangkok", "THB"), f"user:{owner.pk}")
        with acting.scope("plan"):
            entitlements.grant(Entitlement.WAREHOUSE_MANAGEMENT)
        return acting

    return make


@pytest.fixture
def acting(new_acting: Callable[[str], Acting]) -> Acting:
    """One merchant's owner at work."""
    return new_acting("baan")


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Runs a function in several threads that start at one moment; answers what each returned or raised."""
    import threading

    from django.db import connections

    def run(function: Callable[[int], Any], count: int) -> list[Any]:
        barrier = threading.Barrier(count)
        outcomes: list[Any] = [None] * count

        def one(number: int) -> None:
            try:
                barrier.wait(20)
                outcomes[number] = function(number)
            except Exception as error:  # noqa: BLE001 - the test judges what was raised
                outcomes[number] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        return outcomes

    return run

"""What the demo prepares before anything runs."""

from __future__ import annotations

import csv
import io
from typing import Any

from salur.config.cli_demo import simulated_apps
from salur.config.demo_guests import guests, order_file
from salur.integrations.registry import WAREHOUSE, plugins
from salur.orders.formats import recognise


def test_quick_authorisation_finds_the_application_that_the_simulated_login_knows(sandbox: Any) -> None:
    """R24."""
    apps = simulated_apps(sandbox.url)
    assert apps == {"jd": sandbox.look("credentials")["jd"]["app"]}
    hub_keys = {key for plugin in plugins(WAREHOUSE) for mode in plugin.modes for key in mode.hub_keys}
    assert hub_keys <= set(apps["jd"])


def test_every_partner_but_that_of_the_main_job_is_visited() -> None:
    visited = [guest.partner for guest in guests()]
    assert sorted([*visited, "eccang"]) == sorted(plugin.name for plugin in plugins(WAREHOUSE))


def test_the_guests_orders_are_an_order_file_with_one_order_for_each() -> None:
    content = order_file(guests())
    assert recognise(content).name == "salur"
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [row["order_id"] for row in rows] == [guest.order_number for guest in guests()]
    assert {row["country"] for row in rows} == {"ID", "MY", "TH", "US"}

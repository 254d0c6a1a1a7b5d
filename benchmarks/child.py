"""One figure in a process of its own; started by ``python -m benchmarks``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from .shop import Shop, make_shop


def _migrate() -> None:
    from salur.config.cli_manage import run_migrate

    if run_migrate(verbosity=0):
        raise SystemExit(1)


def _make_shop() -> None:
    print(make_shop().dumps())


def _import(shop: str, path: str, name: str, orders: str, details: str) -> None:
    from .imports import bring_in

    bring_in(Shop.loads(shop), Path(path), name, int(orders), json.loads(details))


def _bare(path: str, name: str, orders: str) -> None:
    from .bare import copy_and_merge

    copy_and_merge(Path(path), name, int(orders))


def _reads(shop: str, stored: str) -> None:
    from .reads import read_back

    read_back(Shop.loads(shop), int(stored))


def _rules(shop: str, orders: str) -> None:
    from .rules import dry_run

    dry_run(Shop.loads(shop), int(orders))


def _push(folder: str) -> None:
    from .push import push_lists

    push_lists(Path(folder))


def _give_labels(shop: str) -> None:
    from .push import give_labels

    give_labels(Shop.loads(shop))


def _labels(shop: str, folder: str, count: str) -> None:
    from .labels import merge_labels

    merge_labels(Shop.loads(shop), Path(folder), int(count))


def _stock_sync(count: str) -> None:
    from .stock import sync_great_warehouse

    sync_great_warehouse(int(count))


def _product_push(count: str) -> None:
    from .stock import push_products

    push_products(int(count))


def _store_sync(channel: str) -> None:
    from .store_sync import sync_store

    sync_store(channel)


def _store_life(channel: str) -> None:
    from .store_life import live

    live(channel)


def _webhook_intake(processes: str) -> None:
    from .intake import take_messages

    take_messages(int(processes))


def _webhook_intake_many() -> None:
    from .intake import take_messages_of_many

    take_messages_of_many()


def _stores() -> None:
    from salur.integrations.registry import STORE, plugins

    for plugin in sorted(plugins(STORE), key=lambda plugin: plugin.name):
        print(plugin.name)


def _order_lists(shop: str, stored: str, wanted: str) -> None:
    from .lists import order_lists

    order_lists(Shop.loads(shop), int(stored), int(wanted))


def _stock_lists(shop: str, rows: str, movements: str) -> None:
    from .lists import stock_lists

    stock_lists(Shop.loads(shop), int(rows), int(movements))


def _stock_lines(count: str) -> None:
    from .stock_lines import bring_in_lines

    bring_in_lines(int(count))


def _jobs() -> None:
    from .jobs import ring

    ring()


WORK: dict[str, Callable[..., None]] = {
    "migrate": _migrate,
    "make-shop": _make_shop,
    "import": _import,
    "bare": _bare,
    "reads": _reads,
    "rules": _rules,
    "push": _push,
    "give-labels": _give_labels,
    "labels": _labels,
    "stock-sync": _stock_sync,
    "product-push": _product_push,
    "stores": _stores,
    "store-sync": _store_sync,
    "store-life": _store_life,
    "webhook-intake": _webhook_intake,
    "webhook-intake-many": _webhook_intake_many,
    "order-lists": _order_lists,
    "stock-lists": _stock_lists,
    "stock-lines": _stock_lines,
    "jobs": _jobs,
}


def main() -> None:
    """Start Django on the ground that the parent laid, and do what is asked."""
    from salur.config.boot import start_django

    start_django()
    from salur.flows.worker import tune_interpreter

    tune_interpreter()  # as a worker does
    WORK[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()

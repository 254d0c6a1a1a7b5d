"""``python -m benchmarks [NAME...]``: one JSON line per figure (docs/reference/benchmarks.md)."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .ground import ground
from .measuring import report
from .order_files import write_orders
from .shop import Shop

LARGE, PROBE = 100_000, 10_000
GREAT, MOVEMENTS, FEW = 1_000_000, 10_000_000, 1000
LINES = 100_000  # of a table of stock
LABELS = 10_000  # merged into one file
SKUS, PRODUCTS = 100_000, 10_000


class Bench:
    """The figures, each in a child process of its own, so that memory and CPU time are its own."""

    def __init__(self, folder: Path, chosen: argparse.Namespace) -> None:
        self.folder = folder
        self.size: int = chosen.orders
        self.skus: int = chosen.skus
        self.products: int = chosen.products
        self.great: int = chosen.rows
        self.lines: int = chosen.lines
        self.movements: int = chosen.movements
        self.channels: list[str] = chosen.store
        self.stored = 0
        self._shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        """The merchant, made when first asked for."""
        if self._shop is None:
            self._shop = Shop.loads(child("make-shop")[0])
        return self._shop

    def bring_in(self, name: str, count: int, **details: Any) -> dict[str, Any]:
        """Import ``count`` new orders; the figure."""
        path = self.file(self.stored, count)
        self.stored += count
        return self.bring_in_file(name, path, count, **details)

    def bring_in_file(self, name: str, path: Path, count: int, **details: Any) -> dict[str, Any]:
        """Import this file; the figure."""
        return figure("import", self.shop.dumps(), str(path), name, str(count), json.dumps(details))

    def file(self, first: int, count: int) -> Path:
        """A file of orders that were not imported yet."""
        path = self.folder / f"orders-{first}-{count}.csv"
        if not path.exists():
            write_orders(path, first, count)
        return path

    # -- groups of figures -----------------------------------------------------------------------------------------

    def imports(self) -> None:
        """Import of new orders beside a bare COPY and merge of the same rows, and of the same file again."""
        for count in (1000, self.size):
            first, stored = self.stored, self.stored
            made = self.bring_in(f"import_{count}", count, stored_before=stored)
            path = self.file(first, count)
            bare = figure("bare", str(path), f"bare_{count}", str(count))
            report(
                f"import_share_of_bare_{count}",
                made["value"] / bare["value"],
                "ratio",
                count,
                cpu_ratio=made["cpu_us_per_order"] / bare["cpu_us_per_order"],
            )
        self.bring_in_file("import_again", path, count, stored_before=self.stored)

    def growth_begins(self) -> None:
        """Cost per order when nothing is stored yet."""
        self.bring_in(f"import_{PROBE}_upon_0", PROBE, stored_before=self.stored)

    def growth(self) -> None:
        """Cost per order when as many orders as the large import has are stored, and twice as many."""
        for want in (self.size, 2 * self.size):
            if want > self.stored:
                self.bring_in("import_filling", want - self.stored, stored_before=self.stored)
            self.bring_in(f"import_{PROBE}_upon_{want}", PROBE, stored_before=self.stored)

    def reads(self) -> None:
        """Stock verification and the order list at the size reached."""
        if not self.stored:
            self.bring_in("import_filling", PROBE, stored_before=0)
        figure("reads", self.shop.dumps(), str(self.stored))

    def rules_dry_run(self) -> None:
        """Fifty rules over all orders there are."""
        if self.stored < self.size:
            self.bring_in("import_filling", self.size - self.stored, stored_before=self.stored)
        figure("rules", self.shop.dumps(), str(self.size))

    def push(self) -> None:
        """A thousand outbound lists with labels to a warehouse that takes 200 ms for each answer."""
        figure("push", str(self.folder))

    def labels(self) -> None:
        """A thousand labels as one file, and ten thousand: the memory held should be the same."""
        shop = Shop.loads(child("make-shop")[0])
        path = self.folder / "labels.csv"
        write_orders(path, 0, LABELS)
        figure("import", shop.dumps(), str(path), "import_filling", str(LABELS), "{}")
        child("give-labels", shop.dumps())
        for count in (LABELS // 10, LABELS):
            figure("labels", shop.dumps(), str(self.folder), str(count))

    def stock_sync(self) -> None:
        """A great warehouse's stock, and one of a tenth of its size: the memory held should be the same."""
        for count in (self.skus // 10, self.skus):
            figure("stock-sync", str(count))

    def product_push(self) -> None:
        """Many products made known to a warehouse, beside it nothing else."""
        figure("product-push", str(self.products))

    def store_sync(self) -> None:
        """A thousand orders of every store, each from a simulator and to a merchant of its own."""
        for channel in self.channels or child("stores"):
            figure("store-sync", channel)

    def store_life(self) -> None:
        """A thousand orders of every store from sale to confirmation, counted at both sides."""
        for channel in self.channels or child("stores"):
            figure("store-life", channel)

    def webhook_intake(self) -> None:
        """Messages taken in by one web process, and by two, and of many stores; no worker runs meanwhile."""
        for processes in (1, 2):
            figure("webhook-intake", str(processes))
        figure("webhook-intake-many")

    def order_lists(self) -> None:
        """Order, problem and outbound list at a great size, with a merchant of their own."""
        shop = Shop.loads(child("make-shop")[0])
        path = self.folder / "few.csv"
        write_orders(path, 0, FEW)
        figure("import", shop.dumps(), str(path), "import_filling", str(FEW), "{}")
        figure("order-lists", shop.dumps(), str(FEW), str(self.great))

    def stock_lists(self) -> None:
        """The stock list at a great size and the verification of a great ledger, with a merchant of their own."""
        shop = Shop.loads(child("make-shop")[0])
        figure("stock-lists", shop.dumps(), str(self.great), str(self.movements))

    def stock_lines(self) -> None:
        """A table of stock of the greatest size, into an own warehouse and announced to a partner's."""
        figure("stock-lines", str(self.lines))

    def jobs(self) -> None:
        """The alarm clock alone."""
        figure("jobs")


STEPS: tuple[tuple[str, Callable[[Bench], None]], ...] = (
    ("growth", Bench.growth_begins),
    ("import", Bench.imports),
    ("growth", Bench.growth),
    ("reads", Bench.reads),
    ("rules_dry_run", Bench.rules_dry_run),
    ("push", Bench.push),
    ("labels", Bench.labels),
    ("stock_sync", Bench.stock_sync),
    ("product_push", Bench.product_push),
    ("store_sync", Bench.store_sync),
    ("store_life", Bench.store_life),
    ("webhook_intake", Bench.webhook_intake),
    ("order_lists", Bench.order_lists),
    ("stock_lists", Bench.stock_lists),
    ("stock_lines", Bench.stock_lines),
    ("jobs", Bench.jobs),
)
NAMES = list(dict.fromkeys(name for name, _ in STEPS))


def child(*arguments: str) -> list[str]:
    """Lines that a child process prints."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"benchmarks: {arguments[0]} ended with code {done.returncode}")
    return done.stdout.splitlines()


def figure(*arguments: str) -> dict[str, Any]:
    """Print a child's figures; answer the last."""
    lines = child(*arguments)
    for line in lines:
        print(line, flush=True)
    return dict(json.loads(lines[-1]))


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (all)")
    parser.add_argument("--orders", type=int, default=LARGE, help=f"orders of the large import ({LARGE})")
    parser.add_argument("--skus", type=int, default=SKUS, help=f"SKUs of the great warehouse ({SKUS})")
    parser.add_argument("--products", type=int, default=PRODUCTS, help=f"products that are pushed ({PRODUCTS})")
    parser.add_argument("--rows", type=int, default=GREAT, help=f"rows behind the lists ({GREAT})")
    parser.add_argument("--movements", type=int, default=MOVEMENTS, help=f"movements that are verified ({MOVEMENTS})")
    parser.add_argument("--lines", type=int, default=LINES, help=f"lines of the table of stock ({LINES})")
    parser.add_argument("--store", action="append", default=[], help="only this store, where stores are measured (all)")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no such figures: {', '.join(sorted(unknown))}")
    with ground(), tempfile.TemporaryDirectory(prefix="salur-bench-files-") as folder:
        child("migrate")
        bench = Bench(Path(folder), chosen)
        for name, run in STEPS:
            if not chosen.names or name in chosen.names:
                run(bench)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A merchant with people of every role, some of everything, and the pages to look at."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from django.test import Client

from salur.catalog.bindings import Part
from salur.catalog.models import Binding, Listing, MasterProduct
from salur.connectors.base.types import OrderStatus
from salur.flows.bulk import Chosen, start_bulk
from salur.flows.floor import make_pick_lists
from salur.flows.placing import Portion, place_order
from salur.flows.previews import carry_on_preview
from salur.flows.product_imports import carry_on_import, keep_import
from salur.flows.rule_runs import start_run
from salur.flows.stock_files import carry_on_stock_file, keep_stock_file
from salur.flows.stock_updates import UpdateKind
from salur.flows.uploads import keep_upload
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list, submit
from salur.locations.binding import bind
from salur.locations.editing import create_location
from salur.orders.formats import ColumnMap, ReadOptions
from salur.orders.mappings import save_mapping
from salur.orders.models import Cure, Order, OrderLine, OrderProblem, SyncRun, SyncRunRow
from salur.outbound.models import Outbound, PushAttempt
from salur.outbound.queries import OrderFilter, matching_orders
from salur.returns.models import Return, ReturnLine
from salur.routing.drafts import open_draft
from salur.routing.holding import save_hold_rule
from salur.routing.models import HoldRule, RoutingRule, RuleVersion, RunChoice, RunKind
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, MovementCause, StockSyncLine, StockSyncRun, Warehouse
from salur.stocktakes.counting import enter
from salur.stocktakes.models import StocktakeLine
from salur.stocktakes.starting import start_stocktake
from salur.tenancy.accounts import add_member
from salur.tenancy.entitlements import grant
from salur.tenancy.models import Entitlement, Role, User
from salur.transfers.editing import create_transfer
from tests.world import World, a_call, make_world, store_order

MAPPED = ColumnMap(
    ("No", "Who", "Where", "What", "Many", "Memo"),
    {"No": "order_id", "Who": "recipient_name", "Where": "address1", "What": "sku", "Many": "quantity"},
    ReadOptions(country="TH"),
    "Old files",
)
PASSWORD = "a-long-password"  # of test people only


@dataclass
class Shop:
    """A merchant's world with its people and the ids that pages take."""

    world: World
    people: dict[str, User]
    ids: dict[str, int] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """A browser of somebody with that role, signed in."""
        browser = Client()
        browser.force_login(self.people[role])
        return browser

    def fill(self, count: int, begin: int = 0) -> None:
        """Orders, products, listings and run rows, ``count`` of each."""
        numbers = range(begin, begin + count)
        for i in numbers:
            self.world.add_product(f"M-{i:04d}", pieces=10 * (i % 2))
        states = [OrderStatus.READY, OrderStatus.PAID, OrderStatus.UNPAID, OrderStatus.SHIPPED]
        for i in numbers:
            self.announce((f"M-{i:04d}", 5))
        self.world.ingest(
            *(
                store_order(f"SN{i:05d}", *([f"M-{i:04d}"] + ["FREE"] * (i % 3 == 2)), status=states[i % 4])
                for i in numbers
            )
        )
        with self.world.scope():
            run = SyncRun(store_id=self.world.store_id, source="file", trigger="file", created_at=now())
            run.save()
            SyncRunRow.objects.bulk_create(
                SyncRunRow(
                    merchant_id=self.world.merchant_id,
                    run_id=self.world.run_id,
                    external_id=f"BAD{i}",
                    outcome="failed",
                    line=i,
                    column="quantity",
                    code="bad_quantity",
                    detail={"value": "two", "limit": 5},
                )
                for i in numbers
            )
            for i in numbers:
                Listing(
                    store_id=self.world.store_id, item_id=str(i), sku=f"L-{i}", name=f"Listing {i}", seen_at=now()
                ).save()
                Binding(store_id=self.world.store_id, sku=f"L-{i}", product_id=self.world.products[f"M-{i:04d}"]).save()

    def announce(self, *lines: tuple[str, int], submitted: bool = True) -> int:
        """An inbound list; answers its id."""
        with self.world.scope():
            made = create_inbound_list(self.world.warehouse_id, [WantedLine(sku, pieces) for sku, pieces in lines])
            return submit(made.pk).pk if submitted else made.pk

    def look_up(self) -> None:
        """Remember one of everything."""
        announced = self.announce(("M-0000", 10), ("M-0001", 4))
        draft = self.announce(("M-0001", 7), submitted=False)
        with self.world.scope():
            outbound = Outbound.objects.order_by("pk").first()
            assert outbound is not None
            PushAttempt(outbound=outbound, kind="push", epoch=1, outcome="UnknownOutcome", at=now()).save()
            sync = StockSyncRun(warehouse_id=self.world.warehouse_id, trigger="button", started_at=now())
            sync.save()
            StockSyncLine(run=sync, sku="M-0000", before=1, partner_sellable=2, partner_allocated=0, after=2).save()
            known, unknown = self._uploads()
            location = create_location(self.world.warehouse_id, "A-01", zone="A")
            bind(self.world.warehouse_id, self.world.products["M-0000"], [location.pk])
            chosen = Chosen(orders=matching_orders(OrderFilter()))
            self.ids = {
                "bulk_id": start_bulk("push_again", chosen, actor="user:1").pk,
                "take_id": self._stocktake(),
                "transfer_id": self._transfer(),
                "return_id": self._return(outbound),
                "exchange_id": a_call(self.world.account_id, outbound.reference),
                "location_id": location.pk,
                "cure_id": self._cure(),
                "import_id": keep_import("products.csv", b"msku,name\r\nNEW-1,New\r\nNEW-1,Twice\r\n").pk,
                "stock_table_id": keep_stock_file(
                    "s.csv", UpdateKind.ADD, {self.world.warehouse_id: [WantedLine("NOBODY", 1, number=2)]}
                ).pk,
                "upload_id": known,
                "unknown_id": unknown,
                "mapping_id": save_mapping(MAPPED).pk,
                "order_id": outbound.order_id,
                "outbound_id": outbound.pk,
                "product_id": MasterProduct.objects.order_by("pk").values_list("pk", flat=True)[0],
                "listing_id": Listing.objects.order_by("pk").values_list("pk", flat=True)[0],
                "balance_id": Balance.objects.filter(reserved__gt=0).values_list("pk", flat=True)[0],
                "version_id": self._version(),
                "hold_rule_id": save_hold_rule(HoldRule(name="Look", reason="other", active=False)).pk,
                "rule_run_id": start_run(RunKind.TRIAL, RunChoice.OPEN).pk,
                "rule_id": RoutingRule.objects.order_by("pk").values_list("pk", flat=True)[0],
                "run_id": self.world.run_id,
                "sync_id": sync.pk,
                "store_id": self.world.store_id,
                "account_id": self.world.account_id,
                "inbound_id": announced,
                "draft_id": draft,
                "warehouse_id": self.world.warehouse_id,
                **self._own(),
            }
        carry_on_preview(self.world.merchant_id, known)
        carry_on_import(self.world.merchant_id, self.ids["import_id"])
        carry_on_stock_file(self.world.merchant_id, self.ids["stock_table_id"])

    def _version(self) -> int:
        """A published set of rules, with a draft beside it."""
        open_draft()
        return RuleVersion.objects.order_by("pk").values_list("pk", flat=True)[0]

    def _stocktake(self) -> int:
        """A count of an own hall that is used for nothing else, half done."""
        hall = Warehouse(code="HALL", name="Own hall", country="TH", active=False, created_at=now())
        hall.save()
        pair = (hall.pk, self.world.products["M-0002"])
        post([Entry(balance_ids([pair])[pair], MovementCause.ADJUST, 10**9, d_on_hand=5)])
        take = start_stocktake(hall.pk)
        enter(StocktakeLine.objects.get(stocktake=take).pk, "4")
        return take.pk

    def _transfer(self) -> int:
        """A draft from that hall to the partner's warehouse."""
        hall = Warehouse.objects.get(code="HALL")
        return create_transfer(hall.pk, self.world.warehouse_id, [WantedLine("M-0002", 1, number=1)]).pk

    def _return(self, outbound: Outbound) -> int:
        """A return of that list, which is not on its way yet."""
        row = Return(reference="SRTEST", order_id=outbound.order_id, outbound=outbound, created_at=now())
        row.warehouse_id, row.created_by = self.world.warehouse_id, "test"
        row.save()
        ReturnLine(returned=row, product_id=self.world.products["M-0000"], quantity=1).save()
        return row.pk

    def _cure(self) -> int:
        """A remedy for an order that is held by something."""
        held = OrderProblem.objects.order_by("pk")[0]
        key = {"warehouse_id": self.world.warehouse_id, "product_id": 1}
        named = {"warehouse": "TH01", "msku": "M-0000"}
        row = Cure(cause="no_stock", key=key, shown=named, remedy="stock", orders=[held.order_id], actor="t", at=now())
        row.save()
        return row.pk

    def _own(self) -> dict[str, int]:
        """An own warehouse with an order that is being picked there."""
        product = self.world.products["M-0002"]
        place = Warehouse(account=None, code="BACK", name="Back room", country="TH", created_at=now())
        place.save()
        pair = (place.pk, product)
        post([Entry(balance_ids([pair])[pair], MovementCause.ADJUST, 10**9, d_on_hand=5)])
        order = Order.objects.get(pk=Outbound.objects.order_by("pk").values_list("order_id", flat=True)[0])
        line = OrderLine.objects.filter(order=order).order_by("pk")[0]
        made = place_order(order, {place.pk: [Portion(line.pk, Part(product, "M-0002", 1), 1)]})
        Outbound.objects.filter(pk__in=made).update(closed_gates={}, blocked_by="", push="ready", shipment="none")
        fetched = make_pick_lists(made)
        return {"own_list_id": made[0], "pick_list_id": fetched.pick_lists[0].pk, "own_warehouse_id": place.pk}

    def _uploads(self) -> tuple[int, int]:
        """A file with a good and a bad order, and one whose columns nobody has told."""
        header = b"order_id,recipient_name,address1,country,sku,quantity\r\n"
        good = header + b"U1,Som,Road 1,TH,M-0000,2\r\nU2,Som,Road 1,TH,M-0000,two\r\n"
        files = {"known.csv": good, "unknown.csv": b"Nr;Wer;Wo;Was;Wieviel\r\n1;Ann;Ort;TEE;2\r\n"}
        store = self.world.store_id
        kept = [keep_upload(store, name, io.BytesIO(content)) for name, content in files.items()]
        return kept[0].pk, kept[1].pk


def open_shop(*, filled: int = 3) -> Shop:
    """A shop with an owner, an operator and a viewer."""
    world = make_world()
    people = {}
    with world.scope():
        for entitlement in Entitlement:
            grant(entitlement)
        for role in Role:
            name = f"{role}-{world.merchant_id}"
            people[str(role)] = User.objects.create_user(name, f"{name}@shop.example", PASSWORD)
            add_member(people[str(role)], role)
    shop = Shop(world, people)
    shop.fill(filled)
    shop.look_up()
    return shop

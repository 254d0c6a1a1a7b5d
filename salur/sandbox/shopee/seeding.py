"""Making listings and orders that look like a real shop's."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from salur.sandbox.engine.dice import code, dice
from salur.sandbox.engine.goods import Goods, Variant, find, goods
from salur.sandbox.engine.people import person
from salur.sandbox.shopee.channels import CHANNELS, Channel, channel
from salur.sandbox.shopee.model import LOGISTICS_OF, STATUSES, Item, Line, Model, Order, Shop
from salur.sandbox.shopee.store import Store

_NOTES = ("", "", "", "", "โทรก่อนส่ง", "Please leave with the guard", "ฝากไว้ที่ป้อมยาม")
_PAID_LATER = ("UNPAID",)


class BadOrder(ValueError):
    """The order asked for cannot be made; the text says why."""


@dataclass
class Wish:
    """What control asked for.

    ``person`` replaces fields of the invented recipient; ``extra`` spoils the order: ``currency`` is another one, with
    ``no_address`` and ``no_items`` these are left out.
    """

    count: int
    status: str = "READY_TO_SHIP"
    updated_seconds_ago: float = 0.0
    spread_seconds: float = 0.0
    lines: int = 0
    skus: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    carrier: str = ""
    cod: bool | None = None
    seed: object = 0
    prefix: str = ""
    person: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Raises BadOrder."""
        if self.status not in STATUSES:
            raise BadOrder(f"status must be one of {', '.join(STATUSES)}")
        if not 0 < self.count <= 200_000:
            raise BadOrder("count must be between 1 and 200000")


def list_goods(store: Store, shop: Shop, stock: int = 1000) -> list[Item]:
    """Put the forty SKUs on sale in a shop that does not have them yet."""
    missing = [entry for entry in goods() if store.find_sku(shop, entry.variants[0].sku) is None]
    return [_list_one(store, shop, entry, stock) for entry in missing]


def _list_one(store: Store, shop: Shop, entry: Goods, stock: int) -> Item:
    title = f"{entry.title_th} {entry.title}" if shop.region == "TH" else entry.title
    return store.add_item(shop, title, [_model(one, stock) for one in entry.variants])


def _model(variant: Variant, stock: int) -> Model:
    return Model(0, variant.sku, variant.name, variant.price, variant.grams, stock)


def list_sku(store: Store, shop: Shop, sku: str, stock: int = 1000) -> tuple[Item, Model]:
    """The listing of a SKU; made when the shop has none."""
    known = store.find_sku(shop, sku)
    if known is not None:
        return known
    listed = find(sku)
    title, variant = listed if listed else (f"Article {sku}", Variant(sku, "", 100.0, 200))
    item = store.add_item(shop, title, [Model(0, sku, variant.name, variant.price, variant.grams, stock)])
    return item, item.models[0]


def make_orders(store: Store, shop: Shop, wish: Wish) -> list[str]:
    """Make the orders; returns their numbers in order of time."""
    wish.check()
    for sku in wish.skus:
        list_sku(store, shop, sku)
    if not shop.items:
        list_goods(store, shop)
    generator = dice(store.core.seed, "orders", wish.seed, shop.shop_id, wish.prefix)
    newest = store.core.clock.seconds() - int(wish.updated_seconds_ago)
    numbers = []
    for position in range(wish.count):
        back = int(wish.spread_seconds * (wish.count - position - 1) / max(1, wish.count))
        order = _make(store, shop, wish, generator, newest - back, position)
        store.add_order(shop, order)
        numbers.append(order.order_sn)
    return numbers


def _make(store: Store, shop: Shop, wish: Wish, generator: Random, updated: int, position: int) -> Order:
    created = updated - generator.randint(60, 3600)
    lines = [] if wish.extra.get("no_items") else _lines(store, shop, wish, generator)
    carrier = _carrier(shop, wish, generator)
    who = replace(person(generator, shop.region), **wish.person)
    if wish.extra.get("no_address"):
        who = replace(who, name="", phone="", street="", district="", city="", state="", zipcode="")
    paid = 0 if wish.status in _PAID_LATER else created + 30
    cod = carrier.cod and generator.random() < 0.2 if wish.cod is None else wish.cod
    return Order(
        order_sn=_number(shop, wish, generator, created, position),
        region=shop.region,
        currency=str(wish.extra.get("currency", shop.currency)),
        person=who,
        channel=carrier,
        lines=lines,
        cod=cod,
        create_time=created,
        update_time=updated,
        pay_time=paid,
        ship_by_date=created + 3 * 86400,
        status=wish.status,
        package_number=f"OFG{generator.randint(10**14, 10**15 - 1)}",
        logistics=LOGISTICS_OF.get(wish.status, "LOGISTICS_INVALID"),
        message=generator.choice(_NOTES) if shop.region == "TH" else "",
        status_before_cancel="READY_TO_SHIP",
    )


def _number(shop: Shop, wish: Wish, generator: Random, created: int, position: int) -> str:
    if wish.prefix:
        number = f"{wish.prefix}{position + 1:05d}"
        if number in shop.orders:
            raise BadOrder(f"order {number} exists already")
        return number
    day = datetime.fromtimestamp(created, UTC).strftime("%y%m%d")
    while (number := f"{day}{code(generator, 8)}") in shop.orders:
        pass
    return number


def _carrier(shop: Shop, wish: Wish, generator: Random) -> Channel:
    if wish.carrier:
        found = channel(shop.region, wish.carrier)
        if found is None:
            raise BadOrder(f"no courier {wish.carrier} in {shop.region}")
        return found
    offered = [one for one in CHANNELS[shop.region] if one.weight]
    return generator.choices(offered, [one.weight for one in offered])[0]


def _lines(store: Store, shop: Shop, wish: Wish, generator: Random) -> list[Line]:
    if wish.items:
        return [Line(*list_sku(store, shop, str(one["sku"])), int(one.get("quantity", 1))) for one in wish.items]
    count = wish.lines or generator.choices((1, 2, 3), (70, 22, 8))[0]
    if wish.skus:
        offered = [list_sku(store, shop, sku) for sku in wish.skus]
        picked = generator.sample(offered, min(count, len(offered)))
    else:
        # Different listings, because two variants of one listing share their order_item_id.
        items = generator.sample(list(shop.items.values()), min(count, len(shop.items)))
        picked = [(item, generator.choice(item.models)) for item in items]
    return [Line(item, model, generator.choices((1, 2, 3), (80, 15, 5))[0]) for item, model in picked]

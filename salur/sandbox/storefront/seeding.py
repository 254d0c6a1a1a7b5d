"""Making listings and orders that look like a real shop's."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from salur.sandbox.engine.dice import dice
from salur.sandbox.engine.goods import Goods, Variant, find, goods
from salur.sandbox.engine.people import Person, person
from salur.sandbox.storefront.model import STEPS, Courier, Line, Listing, Order, Shop
from salur.sandbox.storefront.model import Variant as Sold
from salur.sandbox.storefront.store import Storefront

_NOTES = ("", "", "", "", "Please call before delivery", "Leave it with the guard")
#: What a baht buys, about; only so that prices look right.
_RATES = {
    "IDR": "450", "VND": "700", "MYR": "0.13", "SGD": "0.04", "USD": "0.03", "GBP": "0.022", "PHP": "1.6",
}  # fmt: skip


class BadOrder(ValueError):
    """The order asked for cannot be made; the text says why."""


@dataclass
class Wish:
    """What control asked for. ``person`` replaces fields of the invented recipient (name, phone, street ...)."""

    count: int = 1
    step: str = "paid"
    status: str = ""
    updated_seconds_ago: float = 0.0
    spread_seconds: float = 0.0
    lines: int = 0
    skus: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    courier: str = ""
    cash_on_delivery: bool | None = None
    seed: object = 0
    prefix: str = ""
    note: str | None = None
    person: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Raises BadOrder."""
        if self.step not in STEPS:
            raise BadOrder(f"step must be one of {', '.join(STEPS)}")
        if not 0 < self.count <= 200_000:
            raise BadOrder("count must be between 1 and 200000")


def list_goods(store: Storefront, shop: Shop, stock: int = 1000) -> list[Listing]:
    """Put the forty SKUs on sale in a shop that does not have them yet."""
    missing = [entry for entry in goods() if store.find_sku(shop, entry.variants[0].sku) is None]
    return [_list_one(store, shop, entry, stock) for entry in missing]


def _list_one(store: Storefront, shop: Shop, entry: Goods, stock: int) -> Listing:
    return store.add_listing(shop, entry.title, [_row(shop, one, stock) for one in entry.variants])


def _row(shop: Shop, variant: Variant, stock: int) -> tuple[str, str, Decimal, int, int]:
    rate = Decimal(_RATES.get(shop.currency, "1"))
    price = (Decimal(str(variant.price)) * rate).quantize(Decimal("1") if rate > 1 else Decimal("0.01"))
    return variant.sku, variant.name, price, variant.grams, stock


def list_sku(store: Storefront, shop: Shop, sku: str, stock: int = 1000) -> tuple[Listing, Sold]:
    """The listing of a SKU; made when the shop has none."""
    known = store.find_sku(shop, sku)
    if known is not None:
        return known
    listed = find(sku)
    title, variant = listed if listed else (f"Article {sku}", Variant(sku, "", 100.0, 200))
    listing = store.add_listing(shop, title, [_row(shop, replace(variant, name=""), stock)])
    return listing, listing.variants[0]


def make_orders(store: Storefront, shop: Shop, wish: Wish) -> list[str]:
    """Make the orders; returns their numbers in order of time."""
    wish.check()
    if wish.status and wish.status not in store.statuses:
        raise BadOrder(f"status must be one of {', '.join(store.statuses)}")
    for sku in wish.skus:
        list_sku(store, shop, sku)
    if not shop.listings:
        list_goods(store, shop)
    generator = dice(store.core.seed, store.partner, "orders", wish.seed, shop.id, wish.prefix)
    newest = store.core.clock.seconds() - int(wish.updated_seconds_ago)
    numbers = []
    for position in range(wish.count):
        back = int(wish.spread_seconds * (wish.count - position - 1) / max(1, wish.count))
        order = _make(store, shop, wish, generator, newest - back, position)
        store.add_order(shop, order)
        numbers.append(order.number)
    return numbers


def _make(store: Storefront, shop: Shop, wish: Wish, generator: Random, updated: int, position: int) -> Order:
    created = updated - generator.randint(60, 3600)
    courier = _courier(store, shop, wish, generator)
    by_chance = courier.cash_on_delivery and generator.random() < 0.2
    order_id = 90_000_000 + next(store.ids)
    return Order(
        number=_number(store, shop, wish, generator, created, position, order_id),
        id=order_id,
        person=_person(shop, wish, generator),
        region=shop.region,
        currency=shop.currency,
        courier=courier,
        lines=_lines(store, shop, wish, generator),
        cash_on_delivery=by_chance if wish.cash_on_delivery is None else wish.cash_on_delivery,
        created=created,
        updated=updated,
        paid=0 if wish.step == "unpaid" else created + 30,
        ship_by=created + 3 * 86400,
        step=wish.step,
        status=wish.status or store.words.get(wish.step, ""),
        note=generator.choice(_NOTES) if wish.note is None else wish.note,
        before_cancel=("paid", store.words.get("paid", "")),
        cancel_asked="Changed my mind" if wish.step == "cancel_asked" else "",
        extra=dict(wish.extra),
    )


def _person(shop: Shop, wish: Wish, generator: Random) -> Person:
    return replace(person(generator, shop.region), **wish.person)


def _number(
    store: Storefront, shop: Shop, wish: Wish, generator: Random, created: int, position: int, order_id: int
) -> str:
    if wish.prefix:
        number = f"{wish.prefix}{position + 1:05d}"
        if number in shop.orders:
            raise BadOrder(f"order {number} exists already")
        return number
    while (number := store.order_number(shop, generator, created, order_id)) in shop.orders:
        pass
    return number


def _courier(store: Storefront, shop: Shop, wish: Wish, generator: Random) -> Courier:
    offered = store.couriers.get(shop.region) or (Courier("Standard"),)
    if wish.courier:
        named = [one for one in offered if wish.courier in (one.name, one.code)]
        if not named:
            raise BadOrder(f"no courier {wish.courier} in {shop.region}")
        return named[0]
    usual = [one for one in offered if one.weight] or list(offered)
    return generator.choices(usual, [max(1, one.weight) for one in usual])[0]


def _lines(store: Storefront, shop: Shop, wish: Wish, generator: Random) -> list[Line]:
    if wish.items:
        wanted = [(*list_sku(store, shop, str(one["sku"])), int(one.get("quantity", 1))) for one in wish.items]
    else:
        count = wish.lines or generator.choices((1, 2, 3), (70, 22, 8))[0]
        if wish.skus:
            offered = [list_sku(store, shop, sku) for sku in wish.skus]
        else:
            offered = [(listing, one) for listing in shop.listings.values() for one in listing.variants]
        picked = generator.sample(offered, min(count, len(offered)))
        wanted = [(*one, generator.choices((1, 2, 3), (80, 15, 5))[0]) for one in picked]
    return [
        Line(30_000_000 + next(store.ids), listing, variant, quantity, variant.price)
        for listing, variant, quantity in wanted
    ]

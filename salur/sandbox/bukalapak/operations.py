"""What can be called."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from salur.sandbox.bukalapak.market import Bukalapak
from salur.sandbox.bukalapak.rows import product, transaction
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.api import json_object
from salur.sandbox.storefront.model import Listing, Order, Shop, Variant

MOST, USUAL = 100, 10
HIGHEST = 10_000
#: Couriers that need no ``new_courier``.
BUILT_IN = ("JNE", "TIKI", "POS")
REASONS = (
    "Stok Habis",
    "Harga barang/biaya kirim tidak sesuai",
    "Ada kesibukan lain yang sifatnya mendadak",
    "Permintaan pembeli tidak dapat dilayani",
)


@dataclass
class Call:
    """What an operation gets."""

    store: Bukalapak
    shop: Shop
    query: dict[str, str]
    raw: bytes
    path: dict[str, str]

    def order(self, number: str) -> Order:
        """A transaction of this seller's; raises Refusal (404)."""
        found = self.store.by_id.get(int(number)) if number.isdigit() else None
        if found is None or found[0] is not self.shop:
            raise refused("Transaksi tidak ditemukan", 404, transactions=None)
        return found[1]


def refused(message: Any, status: int = 200, **more: Any) -> Refusal:
    """``status`` ERROR in the answer; ``more`` are its other keys."""
    return Refusal("ERROR", str(message), status=status, extra={"message": message, "more": more})


def _page(call: Call) -> slice:
    page, size = call.query.get("page", "0"), call.query.get("per_page", str(USUAL))
    if not page.isdigit() or not size.isdigit() or size == "0":
        raise refused("page dan per_page harus berupa angka")
    number, rows = max(1, int(page)), min(MOST, int(size))
    return slice((number - 1) * rows, number * rows)


def transactions(call: Call) -> dict[str, Any]:
    """GET transactions.json: all of them, newest first."""
    ordered = sorted(call.shop.orders.values(), key=lambda one: (one.created, one.id), reverse=True)
    return {"transactions": [transaction(call.shop, one) for one in ordered[_page(call)]]}


def one_transaction(call: Call) -> dict[str, Any]:
    """GET transactions/{id}.json: the key is plural, the value one object."""
    return {"transactions": transaction(call.shop, call.order(call.path["id"]))}


def confirm(call: Call) -> dict[str, Any]:
    """POST transactions/confirm_shipping.json: paid becomes delivered."""
    given = json_object(call.raw, lambda words: refused(words, 400, id=None)).get("payment_shipping")
    if not isinstance(given, dict):
        raise refused("payment_shipping tidak ada", id=None)
    order = call.order(str(given.get("transaction_id", "")))
    code = str(given.get("shipping_code") or "").strip()
    if not code:
        raise refused({"shipping_code": ["tidak boleh kosong"]}, id=None)
    if order.status != "paid":
        words = "Belum ada konfirmasi pembayaran atau konfirmasi pengiriman barang sudah dilakukan"
        raise refused(words, id=None)
    chosen = order.courier.name if order.courier.name in BUILT_IN else BUILT_IN[0]
    shipment = call.store.confirm(call.shop, order, code, str(given.get("new_courier") or chosen))
    return {"id": str(shipment.id), "message": "Konfirmasi pengiriman barang berhasil"}


def reject(call: Call) -> dict[str, Any]:
    """PUT transactions/reject.json: form-encoded; says OK even when nothing was done."""
    form = {key: values[0] for key, values in parse_qs(call.raw.decode(errors="replace")).items()}
    order = call.order(form.get("id", ""))
    reason = form.get("payment_rejection[reason]", "")
    if reason not in REASONS or order.status != "paid":
        raise Refusal("reject", "Failed to reject", extra={"word": "OK", "message": "Failed to reject", "more": {}})
    order.extra["cancel_status"] = "rejected"
    call.store.cancel(call.shop, order, "seller", reason)
    return {"message": "Successfully rejected"}


def my_products(call: Call) -> dict[str, Any]:
    """GET products/mylapak.json: those for sale, or with not_for_sale_only the others."""
    others = call.query.get("not_for_sale_only") == "1"
    rows = [product(call.shop, listing, one) for listing, one in _all(call.shop)]
    return {"products": [row for row in rows if row["available"] is not others][_page(call)]}


def one_product(call: Call) -> dict[str, Any]:
    """GET products/{id}.json."""
    return {"product": product(call.shop, *_find(call))}


def update_product(call: Call) -> dict[str, Any]:
    """PUT products/{id}.json: its stock."""
    listing, variant = _find(call)
    given = json_object(call.raw, lambda words: refused(words, 400, id=None)).get("product")
    stock = given.get("stock", variant.stock) if isinstance(given, dict) else None
    if not isinstance(stock, int) or isinstance(stock, bool):
        raise refused({"stock": ["Stok bukan angka"]}, id=None)
    if stock < 0:
        raise refused({"stock": ["Stok harus lebih besar atau sama dengan 0"]}, id=None)
    if stock > HIGHEST:
        raise refused({"stock": [f"Stok harus lebih kecil atau sama dengan {HIGHEST}"]}, id=None)
    call.store.set_stock(listing, variant, stock)
    return {"id": str(variant.id)}


def _all(shop: Shop) -> list[tuple[Listing, Variant]]:
    return [(listing, one) for listing in shop.listings.values() for one in listing.variants]


def _find(call: Call) -> tuple[Listing, Variant]:
    found = next((pair for pair in _all(call.shop) if str(pair[1].id) == call.path["id"]), None)
    if found is None:
        raise refused("Barang tidak ditemukan", 404, id=None)
    return found

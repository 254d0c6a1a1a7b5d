"""Order files that the demo imports: Salur's own template and Shopify's export (csv-orders.md)."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from random import Random

from salur.sandbox.engine.dice import dice
from salur.sandbox.engine.goods import goods
from salur.sandbox.engine.people import person
from salur.sandbox.shopee.model import Order

BANGKOK = timezone(timedelta(hours=7))
#: Shopee's status in the template's words.
STATUS_WORDS = {
    "UNPAID": "unpaid",
    "PENDING": "paid",
    "INVOICE_PENDING": "paid",
    "READY_TO_SHIP": "ready",
    "PROCESSED": "ready",
    "RETRY_SHIP": "ready",
    "SHIPPED": "shipped",
    "TO_CONFIRM_RECEIVE": "shipped",
    "TO_RETURN": "shipped",
    "COMPLETED": "completed",
    "IN_CANCEL": "ready",
    "CANCELLED": "cancelled",
}
TEMPLATE = [
    "order_id", "status", "ordered_at", "paid_at", "currency", "total", "cash_on_delivery", "courier", "buyer",
    "recipient_name", "recipient_phone", "recipient_email", "address1", "address2", "district", "city",
    "province", "postal_code", "country", "note", "line_id", "sku", "item_name", "quantity", "unit_price",
]  # fmt: skip
SHOPIFY = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price",
    "Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name",
    "Billing Street", "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip",
    "Billing Province", "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1",
    "Shipping Address2", "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province",
    "Shipping Country", "Shipping Phone", "Notes", "Note Attributes", "Cancelled at", "Payment Method",
    "Payment Reference", "Refunded Amount", "Vendor", "Outstanding Balance", "Employee", "Location", "Device ID",
    "Id", "Tags", "Risk Level", "Source", "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name",
    "Tax 2 Value", "Tax 3 Name", "Tax 3 Value", "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone",
    "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name", "Payment ID",
    "Payment Terms Name",
]  # fmt: skip


def template_csv(orders: Iterable[Order]) -> str:
    """Orders in Salur's own template, one row per line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(TEMPLATE)
    for order in orders:
        who = order.person
        head = [
            order.order_sn, STATUS_WORDS[order.status], _iso(order.create_time), _iso(order.pay_time),
            order.currency, f"{order.total:.2f}", "yes" if order.cod else "no", order.channel.name, who.username,
            who.name, who.phone, who.email, who.street, "", who.district, who.city, who.state, who.zipcode,
            who.region, order.message,
        ]  # fmt: skip
        for line in order.lines:
            name = f"{line.item.name} {line.model.name}".strip()
            writer.writerow([*head, line.item.item_id, line.model.sku, name, line.quantity, f"{line.model.price:.2f}"])
    return out.getvalue()


def _iso(unix: int) -> str:
    return datetime.fromtimestamp(unix, BANGKOK).isoformat() if unix else ""


def shopify_csv(count: int, seed: int, now: int) -> str:
    """An export of ``count`` Thai orders; rows after the first of an order carry only Name, Email and the line."""
    generator = dice(seed, "shopify")
    out = io.StringIO()
    writer = csv.DictWriter(out, SHOPIFY, restval="", lineterminator="\n")
    writer.writeheader()
    for position in range(count):
        for row in _shopify_order(generator, 1001 + position, now - (count - position) * 600):
            writer.writerow(row)
    return out.getvalue()


def _shopify_order(generator: Random, number: int, created: int) -> list[dict[str, object]]:
    who = person(generator, "TH")
    # The first orders have 2 and 3 lines for certain, so that every file shows the multi-row form.
    count = (2, 3)[number % 2] if number < 1005 else generator.choices((1, 2, 3), (6, 3, 1))[0]
    lines: list[dict[str, object]] = []
    subtotal = 0.0
    for entry in generator.sample(list(goods()), count):
        variant, quantity = generator.choice(entry.variants), generator.choice((1, 1, 2))
        subtotal += variant.price * quantity
        lines.append(
            {
                "Lineitem quantity": quantity,
                "Lineitem name": f"{entry.title} - {variant.name}" if variant.name else entry.title,
                "Lineitem price": f"{variant.price:.2f}",
                "Lineitem sku": variant.sku,
                "Lineitem requires shipping": "true",
                "Lineitem taxable": "true",
                "Lineitem fulfillment status": "pending",
                "Lineitem discount": "0.00",
            }
        )
    head: dict[str, object] = {
        "Financial Status": "paid", "Paid at": _spaced(created + 20), "Fulfillment Status": "unfulfilled",
        "Accepts Marketing": "no", "Currency": "THB", "Subtotal": f"{subtotal:.2f}", "Shipping": "40.00",
        "Taxes": "0.00", "Total": f"{subtotal + 40:.2f}", "Discount Amount": "0.00",
        "Shipping Method": "Standard", "Created at": _spaced(created), "Payment Method": "Shopify Payments",
        "Refunded Amount": "0.00", "Vendor": "Baan Suan", "Outstanding Balance": "0.00",
        "Id": 5_400_000_000_000 + number, "Risk Level": "Low", "Source": "web",
    }  # fmt: skip
    for kind in ("Billing", "Shipping"):
        head |= {
            f"{kind} Name": who.name, f"{kind} Street": f"{who.street}, {who.district}",
            f"{kind} Address1": who.street, f"{kind} Address2": who.district, f"{kind} City": who.city,
            f"{kind} Zip": f"'{who.zipcode}", f"{kind} Province": "TH-" + who.zipcode[:2],
            f"{kind} Country": "TH", f"{kind} Phone": f"'+{who.phone}", f"{kind} Province Name": who.state,
        }  # fmt: skip
    lines[0] = {**head, **lines[0]}
    return [{"Name": f"#{number}", "Email": who.email, **line} for line in lines]


def _spaced(unix: int) -> str:
    return datetime.fromtimestamp(unix, BANGKOK).strftime("%Y-%m-%d %H:%M:%S %z")

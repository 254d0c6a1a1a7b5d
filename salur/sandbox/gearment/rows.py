"""Products, drafts and orders as the vendor writes them (contracts/gearment/examples)."""

from datetime import UTC, datetime
from typing import Any

from salur.sandbox.gearment import codes
from salur.sandbox.gearment.model import Account, Draft, Line, Order, Product, Ticket, Variant, Webhook
from salur.sandbox.gearment.prices import shipping_cents, subtotal_cents, total_cents
from salur.sandbox.gearment.settings import GearmentSettings

CARRIER, SERVICE = "USPS", "Ground Advantage"
#: stage, the status it begins with, the one it ends with
_STAGES = (
    ("Printing", codes.CHAIN[1], codes.CHAIN[2]),
    ("Packing", codes.CHAIN[2], codes.CHAIN[3]),
    ("Shipping", codes.CHAIN[3], codes.CHAIN[3]),
)


class Writer:
    """Writes rows in the form that the settings choose where the sources leave a choice."""

    def __init__(self, settings: GearmentSettings) -> None:
        self._settings = settings

    def wide(self, number: int) -> int | str:
        """An int64."""
        return str(number) if self._settings.int64 == "text" else number

    def money(self, cents: int) -> dict[str, Any]:
        """US cents."""
        fraction = 1 if self._settings.money_nanos == "hundredths" else 10**7
        return {"currency_code": "USD", "units": self.wide(cents // 100), "nanos": cents % 100 * fraction}

    # --- catalogue -----------------------------------------------------------------------------------------------

    def product(self, product: Product, *, variants: bool) -> dict[str, Any]:
        """A product, with its variants or as the parent of one."""
        places = [(code.removeprefix("PRINT_LOCATION_CODE_"), codes.LOCATIONS[code]) for code in product.locations]
        row: dict[str, Any] = {
            "product_id": product.product_id,
            "product_name": product.name,
            "product_avatar_url": f"https://img.example.com/{product.product_id}.png",
            "print_locations": [
                {"code": name.lower(), "name": name.replace("_", " ").capitalize(), "location_id": number}
                for name, number in places
            ],
            "legacy_product_id": product.legacy_id,
        }
        return {**row, "variants": [self._bare_variant(one) for one in product.variants]} if variants else row

    def variant(self, variant: Variant) -> dict[str, Any]:
        """A variant with its product."""
        return {**self._bare_variant(variant), "product": self.product(variant.product, variants=False)}

    def _bare_variant(self, variant: Variant) -> dict[str, Any]:
        return {
            "variant_id": variant.variant_id,
            "name": variant.name,
            "size": variant.size,
            "color": variant.color,
            "hex_color_code": variant.hex_color,
            "price": self.money(variant.cents),
            "recommended_price": self.money(variant.cents * 2),
            "extra_price": self.money(0),
            "net_price": self.money(variant.cents),
            "stock_label": variant.stock_label,
            "legacy_variant_id": variant.legacy_id,
            "variant_sku": variant.sku,
            "color_code": variant.color.lower(),
            "size_code": variant.size.lower(),
        }

    # --- drafts --------------------------------------------------------------------------------------------------

    def draft(self, account: Account, draft: Draft, *, full: bool) -> dict[str, Any]:
        """A draft; the full one has the older name of its reference too."""
        wanted = draft.wanted
        method = "LABEL" if wanted.label_urls else "API"
        return {
            "order_id": draft.draft_id,
            "team_id": account.team_id,
            "store_id": wanted.store_id,
            "store_name": account.stores[wanted.store_id],
            "reference_id": wanted.reference,
            **({"platform_ref": wanted.reference} if full else {}),
            "order_platform": wanted.platform,
            "created_method": f"VENDOR_CREATED_METHOD_{method}",
            "fulfillment_vendor": "VENDOR_FULFILLMENT_VENDOR_GEARMENT",
            "priority": "VENDOR_FULFILLMENT_PRIORITY_NORMAL",
            **({"shipping_option": {"method": wanted.method}} if wanted.method else {}),
            "order_date": moment(draft.created),
            "status": draft.status,
            "shipping_labels": wanted.label_urls,
            "is_label_attached": bool(wanted.label_urls),
            "shipping_verification_status": draft.address_status,
            "product_matching_status": "VENDOR_PRODUCT_MATCHING_STATUS_MATCHED",
            "is_approved": bool(draft.approved),
            **_times(approved_at=draft.approved),
            "origin_order_id": draft.order_id,
            "addresses": [wanted.address] if wanted.address else [],
            "line_items": [self._draft_line(draft, line) for line in wanted.lines],
            "gift_messages": _gift(draft.draft_id, wanted.gift_message),
            "auto_approve": wanted.auto_approve,
            **self._amounts(draft),
            **{name: self.money(0) for name in ("order_handle_fee", "order_tax", "order_fee", "order_discount")},
        }

    def _amounts(self, draft: Draft) -> dict[str, Any]:
        return {
            "order_subtotal": self.money(subtotal_cents(draft.wanted)),
            "order_shipping_fee": self.money(shipping_cents(draft.wanted)),
            "order_total": self.money(total_cents(draft.wanted)),
        }

    def _draft_line(self, draft: Draft, line: Line) -> dict[str, Any]:
        return {
            "order_id": draft.draft_id,
            "quantity": line.quantity,
            "printing_options": _prints(line),
            "origin_options": [],
            "fulfillment_option": {"barcode_url": line.barcode_url},
            "variant": _line_variant(line.variant),
            "product": {
                "product_id": line.variant.product.product_id,
                "name": line.variant.product.name,
                "sku": line.variant.product.product_id,
            },
            "id": self.wide(line.number),
            "line_total": self.money(line.cents),
            "line_item_id": line_item_id(draft.draft_id, line),
        }

    # --- orders --------------------------------------------------------------------------------------------------

    def _order_core(self, account: Account, order: Order) -> dict[str, Any]:
        draft = self.draft(account, order.draft, full=True)
        same = (
            "team_id", "store_id", "store_name", "reference_id", "platform_ref", "order_platform", "created_method",
            "shipping_option", "order_date", "approved_at", "shipping_labels", "addresses", "order_subtotal",
            "order_shipping_fee", "order_total", "order_handle_fee", "order_tax",
        )  # fmt: skip
        return {
            "order_id": order.order_id,
            **{name: draft[name] for name in same if name in draft},
            **_times(paid_at=order.paid),
            "order_status": order.status,
            "gift_messages": _gift(order.order_id, order.wanted.gift_message),
            **{
                name: self.money(0)
                for name in ("order_gift_message_fee", "order_rush_fee", "order_surcharge")
            },
        }  # fmt: skip

    def short_order(self, account: Account, order: Order) -> dict[str, Any]:
        """An order in a list."""
        return {
            **self._order_core(account, order),
            "line_items": [self._short_line(order, line) for line in order.wanted.lines],
            "tracking_number": order.tracking,
            "tracking_link": _link(order),
            "tracking_company": CARRIER if order.tracking else "",
            "tracking_type": "TRACKING_TYPE_PRIMARY" if order.tracking else "",
            **_times(tracking_date_created=order.tracked, shipped_at=order.shipped),
            "payment_status": order.payment,
        }

    def full_order(self, account: Account, order: Order) -> dict[str, Any]:
        """One order alone."""
        total = total_cents(order.wanted)
        row = {
            **self._order_core(account, order),
            "line_items": [self._full_line(order, line) for line in order.wanted.lines],
            "fulfillment_vendor": "VENDOR_FULFILLMENT_VENDOR_GEARMENT",
            "priority": "VENDOR_FULFILLMENT_PRIORITY_NORMAL",
            "is_label_attached": bool(order.wanted.label_urls),
            "order_fee": self.money(0),
            "order_discount": self.money(0),
            "paid_total": self.money(total if order.paid else 0),
            "paid_needed": self.money(0 if order.paid else total),
            "refunded_total": self.money(total if order.refunded else 0),
            "tracking_no": order.tracking,
            "order_trackings": [_tracking(order)] if order.tracking else [],
            "stages": [_stage(order, *stage) for stage in _STAGES],
            "cancel_status": order.cancel_status,
            "refund_status": order.refund_status,
            **_times(created_at=order.created, updated_at=order.changed),
        }
        if order.cancel_reason and order.cancel_status == f"{codes.CANCEL}CANCELED":
            row["cancel_reason"] = {
                "reason_id": codes.CANCEL_BY_BUYER,
                "display_name": "Cancelled by the buyer",
                "custom_reason": order.cancel_reason,
            }
        return row

    def _money_of_line(self, line: Line) -> dict[str, Any]:
        return {
            "item_price": self.money(line.variant.cents),
            **{name: self.money(0) for name in ("line_tax", "line_fee", "line_discount")},
            "line_subtotal": self.money(line.cents),
            "line_total": self.money(line.cents),
        }

    def _line_core(self, order: Order, line: Line) -> dict[str, Any]:
        return {
            "id": self.wide(line.number),
            "quantity": line.quantity,
            "printing_options": _prints(line),
            "product_id": line.variant.product.product_id,
            "product_name": line.variant.product.name,
            **self._money_of_line(line),
            "order_id": order.order_id,
            "line_item_id": line_item_id(order.order_id, line),
        }

    def _short_line(self, order: Order, line: Line) -> dict[str, Any]:
        return {
            **self._line_core(order, line),
            "fulfillment_option": {"barcode_url": line.barcode_url},
            "product_sku": line.variant.product.product_id,
            "variant": {**_line_variant(line.variant), "variant_name": line.variant.name},
        }

    def _full_line(self, order: Order, line: Line) -> dict[str, Any]:
        variant = line.variant
        return {
            **self._line_core(order, line),
            "variant_id": variant.variant_id,
            "option_1": variant.color,
            "option_2": variant.size,
            "variant_name": variant.name,
            "variant_sku": variant.sku,
        }

    # --- the rest ------------------------------------------------------------------------------------------------

    def ticket(self, ticket: Ticket) -> dict[str, Any]:
        """A support request."""
        return {
            "id": self.wide(ticket.number),
            "order_id": ticket.order_id,
            "created_at": moment(ticket.created),
            "status": ticket.status,
            "issue_category": ticket.category,
            "issue_detail": ticket.detail,
            "issue_solution": ticket.solution,
            "issue_image_urls": ticket.image_urls,
        }

    def paging(self, total: int, page: int, size: int) -> dict[str, Any]:
        """What stands beside a page."""
        return {"total": self.wide(total), "total_page": -(-total // size), "page": page, "limit": size}


def webhook_row(account: Account, webhook: Webhook) -> dict[str, Any]:
    """A subscription."""
    return {
        "webhook_id": webhook.webhook_id,
        "topic": webhook.topic,
        "status": webhook.status,
        "delivery_url": webhook.delivery_url,
        "version": webhook.version,
        "created_at": moment(webhook.created),
        "updated_at": moment(webhook.created),
        "team_id": account.team_id,
        "store_id": webhook.store_id,
    }


def moment(unix: int) -> str:
    """RFC 3339 in UTC."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def line_item_id(document: str, line: Line) -> str:
    """A line's id within its draft or order."""
    return f"{document}-{line.number}"


def tracking_link(number: str) -> str:
    """Where a buyer follows the parcel; empty without a number."""
    return f"https://track.example.com/{number}" if number else ""


def _times(**times: int) -> dict[str, str]:
    """Those that are known."""
    return {name: moment(unix) for name, unix in times.items() if unix}


def _gift(document: str, text: str) -> list[dict[str, Any]]:
    return [{"order_id": document, "gift_message_id": f"{document}-G1", "content": text}] if text else []


def _prints(line: Line) -> list[dict[str, str]]:
    return [{"print_location_code": location, "design_url": url} for location, url in line.prints]


def _line_variant(variant: Variant) -> dict[str, Any]:
    label = variant.stock_label.removeprefix(codes.STOCK).replace("OUT_OF_STOCK_5D", "AT_RISK")
    return {
        "variant_id": variant.variant_id,
        "legacy_id": variant.legacy_id,
        "sku": variant.sku,
        "name": variant.name,
        "option_1": variant.color,
        "option_2": variant.size,
        "option_1_name": "Color",
        "option_2_name": "Size",
        "stock_label": f"{codes.LINE_STOCK}{label}",
    }


def _link(order: Order) -> str:
    return tracking_link(order.tracking)


def _tracking(order: Order) -> dict[str, Any]:
    return {
        "tracking_no": order.tracking,
        "tracking_updated_at": moment(order.tracked),
        "carrier": CARRIER,
        "service": SERVICE,
        "tracking_type": "TRACKING_TYPE_PRIMARY",
        "tracking_url": _link(order),
    }


def _stage(order: Order, name: str, begins: str, ends: str) -> dict[str, Any]:
    started, completed = _reached(order, begins), _reached(order, ends)
    return {
        "stage_id": name.lower(),
        "stage_name": name,
        **_times(stage_started_at=started, stage_completed_at=completed),
        "is_completed": bool(completed),
    }


def _reached(order: Order, status: str) -> int:
    """When the order first was that far on its way; 0 if it never was."""
    far = codes.CHAIN[codes.CHAIN.index(status) :]
    return next((when for when, one in order.history if one in far), 0)

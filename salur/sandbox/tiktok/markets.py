"""What differs per market. Couriers' names and reasons outside Indonesia are assumed (tiktok-shop.md, Indonesia)."""

from collections.abc import Mapping
from dataclasses import dataclass

from salur.sandbox.storefront.model import Courier

#: Couriers that only take parcels at a counter; all others come for them, instant ones at once.
COUNTER_ONLY = ("JNE", "USPS", "Royal Mail")

DELIVERY_OPTIONS = {"Standard Shipping": "7091146663229654785", "Instant Delivery": "7091146663229654786"}
SEND_BY_SELLER = ("Send by seller", "7091146663229654787")


@dataclass(frozen=True)
class Market:
    """A market that TikTok Shop sells in. ``hours`` is what its time is ahead of UTC; ``fee`` is for shipping."""

    country: str
    currency: str
    dial: str
    hours: int
    fee: str
    couriers: tuple[Courier, ...]


MARKETS: Mapping[str, Market] = {
    "ID": Market(
        "Indonesia", "IDR", "+62", 7, "9000",
        (
            Courier("J&T Express", "JX", "6841743441349706241", cash_on_delivery=True, weight=5),
            Courier("SiCepat", "00", "6841743441349706242", weight=2),
            Courier("JNE", "TLJN", "6841743441349706243", weight=2),
            Courier("Ninja Van", "NLID", "6841743441349706244", weight=1),
            Courier("GoSend", "GK", "6841743441349706245", instant=True, weight=0),
            Courier("GrabExpress", "GR", "6841743441349706246", instant=True, weight=0),
            Courier("Pos Indonesia", "P", "6841743441349706247", weight=0),
        ),
    ),
    "TH": Market(
        "Thailand", "THB", "+66", 7, "32",
        (
            Courier("Flash Express", "TH", "6841743441349706251", cash_on_delivery=True, weight=4),
            Courier("J&T Express TH", "8", "6841743441349706252", cash_on_delivery=True, weight=4),
        ),
    ),
    "PH": Market(
        "Philippines", "PHP", "+63", 8, "45",
        (Courier("J&T Express PH", "97", "6841743441349706261", cash_on_delivery=True, weight=4),),
    ),
    "MY": Market(
        "Malaysia", "MYR", "+60", 8, "4.90",
        (
            Courier("J&T Express MY", "63", "6841743441349706271", weight=4),
            Courier("Ninja Van MY", "NVMY", "6841743441349706272", weight=2),
        ),
    ),
    "SG": Market(
        "Singapore", "SGD", "+65", 8, "1.99",
        (Courier("Ninja Van SG", "NVSG", "6841743441349706281", weight=2),),
    ),
    "VN": Market(
        "Vietnam", "VND", "+84", 7, "16500",
        (
            Courier("J&T Express VN", "85", "6841743441349706291", cash_on_delivery=True, weight=4),
            Courier("GHTK", "S", "6841743441349706292", weight=2),
        ),
    ),
    "US": Market(
        "United States", "USD", "+1", -5, "4.99",
        (
            Courier("USPS", "94", "6841743441349706301", weight=4),
            Courier("UPS", "1Z", "6841743441349706302", weight=2),
        ),
    ),
    "GB": Market(
        "United Kingdom", "GBP", "+44", 0, "2.99",
        (
            Courier("Evri", "H0", "6841743441349706311", weight=3),
            Courier("Royal Mail", "RM", "6841743441349706312", weight=2),
        ),
    ),
}  # fmt: skip

_UNPAID = (
    "seller_cancel_unpaid_reason_out_of_stock",
    "seller_cancel_unpaid_reason_wrong_price",
    "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed",
)
_PAID = (
    "seller_cancel_reason_out_of_stock",
    "seller_cancel_reason_wrong_price",
    "seller_cancel_paid_reason_address_not_deliver",
)
REJECT_REASONS = (
    "seller_reject_apply_product_has_been_packed",
    "seller_reject_apply_product_has_been_shipped",
)


def cancel_reasons(region: str, *, paid: bool) -> tuple[str, ...]:
    """Why a seller may cancel an order that stands so; markets but Indonesia know one more (assumed)."""
    if not paid:
        return _UNPAID
    return _PAID if region == "ID" else (*_PAID, "seller_cancel_paid_reason_buyer_requested_cancellation")

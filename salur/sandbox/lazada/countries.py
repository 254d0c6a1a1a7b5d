"""What differs per country. Most couriers' names are assumed (lazada.md, Couriers)."""

from collections.abc import Mapping
from dataclasses import dataclass

from salur.sandbox.storefront.model import Courier


@dataclass(frozen=True)
class Country:
    """A country that Lazada sells in. ``hours`` is what its time is ahead of UTC; ``fee`` is for shipping."""

    name: str
    currency: str
    hours: int
    fee: str
    couriers: tuple[Courier, ...]
    #: reason id -> name; the ids differ per country (lazada.md, cancel: check).
    reasons: Mapping[str, str]


def _reasons(first: int) -> Mapping[str, str]:
    return {
        str(first): "Sourcing Delay",
        str(first + 2): "Out of Stock",
        str(first + 4): "Wrong Price or Pricing Error",
    }


#: Reasons after which Lazada sets the stock to 0.
EMPTYING = ("Out of Stock", "Wrong Price or Pricing Error")

COUNTRIES: Mapping[str, Country] = {
    "ID": Country(
        "Indonesia", "IDR", 7, "9000",
        (
            Courier("LEX ID", "LEXID", cash_on_delivery=True, weight=5),
            Courier("J&T", "JP", cash_on_delivery=True, weight=2),
            Courier("JNE", "JNE", weight=2),
            Courier("SiCepat", "00", weight=1),
            Courier("Ninja Van", "NLID", weight=1),
            Courier("GrabExpress", "GR", instant=True, weight=0),
            Courier("GoSend", "GK", instant=True, weight=0),
            Courier("Pos Indonesia", "P", weight=0),
        ),
        _reasons(10000019),
    ),
    "MY": Country(
        "Malaysia", "MYR", 8, "4.90",
        (
            Courier("LEX MY", "LEXMY", cash_on_delivery=True, weight=5),
            Courier("J&T MY", "63", weight=2),
            Courier("Ninja Van MY", "NLMY", weight=2),
            Courier("Lalamove MY", "LM", instant=True, weight=0),
        ),
        _reasons(20000019),
    ),
    "TH": Country(
        "Thailand", "THB", 7, "32.00",
        (
            Courier("LEX TH", "LEXST", cash_on_delivery=True, weight=5),
            Courier("Flash Express", "TH", cash_on_delivery=True, weight=3),
            Courier("J&T TH", "JTTH", weight=1),
            Courier("Lalamove TH", "LM", instant=True, weight=0),
        ),
        _reasons(30000019),
    ),
    "PH": Country(
        "Philippines", "PHP", 8, "45.00",
        (
            Courier("LEX PH", "LEXPH", cash_on_delivery=True, weight=5),
            Courier("J&T Express PH", "JTPH", weight=2),
            Courier("Lalamove PH", "LM", instant=True, weight=0),
        ),
        _reasons(40000019),
    ),
    "VN": Country(
        "Vietnam", "VND", 7, "16500",
        (
            Courier("LEX VN", "LEXVN", cash_on_delivery=True, weight=5),
            Courier("J&T VN", "JTVN", weight=2),
            Courier("GHN", "GHN", weight=1),
            Courier("AhaMove", "AH", instant=True, weight=0),
        ),
        _reasons(50000019),
    ),
    "SG": Country(
        "Singapore", "SGD", 8, "1.99",
        (
            Courier("LEX SG", "LEXSG", weight=5),
            Courier("Ninja Van SG", "NLSG", weight=2),
            Courier("GrabExpress SG", "GR", instant=True, weight=0),
        ),
        _reasons(60000019),
    ),
}  # fmt: skip

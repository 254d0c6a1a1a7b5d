"""What a person may do at each partner: which status follows which, and the partner's words for received goods.

A partner without a desk still shows its values; its documents can then be moved through the control API only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from salur.sandbox.eccang.model import ORDER_STATUSES as ECCANG_STATUSES
from salur.sandbox.gearment import codes
from salur.sandbox.jd.model import CANCEL_FAILED, SHIPPED, STEPS, TAKEN
from salur.sandbox.qimen.model import WAY


@dataclass(frozen=True)
class Desk:
    """One partner. ``following``: status -> the next; ``shipped`` the status that sends the parcel off ("": none).

    ``part`` and ``complete`` are the statuses of an inbound list of which some or all has come ("": it has no such
    lists); ``waiting`` those in which one still expects goods. ``labels``: stock is told in these words, not in units.
    ``cancels``: the statuses in which a store's buyer may cancel; ``cancelled``: the store's word for it.
    ``messages``: the address for messages is left with it on its page; false where the API does that, or none are sent.
    """

    title: str
    following: Mapping[str, str] = field(default_factory=dict)
    shipped: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    complete: str = ""
    waiting: tuple[str, ...] = ()
    keeps_stock: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    makes_orders: bool = False
    cancels: tuple[str, ...] = ()
    cancelled: str = "CANCELLED"
    messages: bool = True

    def word(self, status: str) -> str:
        """A status as people read it."""
        return self.words.get(status, status)


def _along(*steps: str, **others: str) -> dict[str, str]:
    return {**dict(pairwise(steps)), **others}


def _told(names: Mapping[str, int], prefix: str) -> dict[str, str]:
    return {name: name.removeprefix(prefix).replace("_", " ").lower() for name in names}


_JD_WORDS = {
    "10009": "new (10009)",
    "10010": "taken (10010)",
    "100130": "paused (100130)",
    "100131": "paused (100131)",
    "100132": "paused (100132)",
    "10014": "sent to the warehouse (10014)",
    "10015": "picking assigned (10015)",
    "10016": "picked (10016)",
    "10017": "checked (10017)",
    "10018": "packed (10018)",
    "10019": "handed over (10019)",
    "10020": "parcel has left (10020)",
    "10028": "cancelled (10028)",
    "10029": "cancelling failed (10029)",
    "10032": "at the sorting centre (10032)",
    "10033": "at the delivery station (10033)",
    "10034": "delivered (10034)",
    "10035": "refused by the buyer (10035)",
}
_QIMEN = Desk(
    title="Qimen warehouse",
    following=_along(*WAY, "DELIVERED", EXCEPTION="ACCEPT", PARTDELIVERED="DELIVERED", CANCELEDFAIL="READY"),
    shipped="DELIVERED",
    part="PARTFULFILLED",
    complete="FULFILLED",
    waiting=("NEW", "ACCEPT", "EXCEPTION", "PARTFULFILLED"),
    keeps_stock=True,
)

DESKS: Mapping[str, Desk] = {
    "shopee": Desk(
        title="Shopee store",
        following=_along("PROCESSED", "SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED", UNPAID="READY_TO_SHIP"),
        makes_orders=True,
        cancels=("UNPAID", "READY_TO_SHIP", "PROCESSED"),
    ),
    "eccang": Desk(
        title="ECCANG warehouse",
        following=_along("H", "C", "W", "D", N="W", P="W"),
        shipped="D",
        words={code: f"{word} ({code})" for code, word in ECCANG_STATUSES.items()},
        part="P",
        complete="E",
        waiting=("W", "P", "T", "Z", "G"),
        keeps_stock=True,
    ),
    "qimen": _QIMEN,
    "fastock": replace(_QIMEN, title="Fastock warehouse"),
    "gearment": Desk(
        title="Gearment (print on demand)",
        following=_along(
            *codes.CHAIN,
            **{f"{codes.ORDER}{name}": codes.CHAIN[0] for name in ("AWAITING_PAYMENT", "PAYMENT_FAILED", "ON_HOLD")},
        ),
        shipped=codes.CHAIN[-1],
        words={**_told(codes.ORDER_STATUSES, codes.ORDER), **_told(codes.DRAFT_STATUSES, codes.DRAFT)},
        labels=_told(codes.STOCK_LABELS, codes.STOCK),
    ),
    "jd": Desk(
        title="JD warehouse",
        following=_along(
            "10009", TAKEN, *STEPS, "10020", "10032", "10033", "10034",
            **dict.fromkeys(("100130", "100131", "100132"), STEPS[0]),
            **{CANCEL_FAILED: SHIPPED},
        ),
        shipped=SHIPPED,
        words=_JD_WORDS,
        part="30",
        complete="70",
        waiting=("10", "20", "30", "50"),
        keeps_stock=True,
    ),
    "woocommerce": Desk(
        title="WooCommerce store",
        messages=False,
        following=_along("pending", "processing", "completed", **{"on-hold": "processing", "failed": "processing"}),
        makes_orders=True,
        cancels=("pending", "on-hold", "processing"),
        cancelled="cancelled",
    ),
    "tokopedia_legacy": Desk(
        title="Tokopedia store (before the move)",
        following=_along("450", "500", "600", "700", **{"103": "220"}),
        words={
            "103": "unpaid (103)", "220": "paid (220)", "400": "accepted (400)", "450": "waits for pickup (450)",
            "500": "shipped (500)", "600": "delivered (600)", "700": "finished (700)", "10": "rejected (10)",
            "15": "cancelled (15)", "3": "out of stock (3)",
        },
        makes_orders=True,
        cancels=("103", "220"),
        cancelled="15",
    ),
    "bukalapak": Desk(
        title="Bukalapak store",
        following=_along("delivered", "received", "remitted", payment_chosen="paid"),
        makes_orders=True,
        cancels=("pending", "payment_chosen", "paid"),
        cancelled="cancelled",
    ),
    "blibli": Desk(
        title="Blibli store",
        following=_along("PU", "CX", "D"),
        words={
            "": "unpaid", "FP": "paid (FP)", "PU": "waits for pickup (PU)", "CX": "in delivery (CX)",
            "D": "delivered (D)", "X": "cancelled (X)",
        },
        makes_orders=True,
        cancels=("FP", "PU"),
        cancelled="X",
    ),
    "shopbase": Desk(
        title="ShopBase store",
        following={"pending": "paid", "authorized": "paid"},
        makes_orders=True,
        cancels=("pending", "authorized", "paid"),
        cancelled="cancelled",
    ),
    "shopify": Desk(
        title="Shopify store",
        following={"PENDING": "PAID", "AUTHORIZED": "PAID", "ON_HOLD": "UNFULFILLED"},
        makes_orders=True,
        cancels=("PENDING", "PAID", "UNFULFILLED", "ON_HOLD"),
        cancelled="CANCELLED",
    ),
    "ebay": Desk(
        title="eBay store",
        following=_along("PENDING", "NOT_STARTED", "FULFILLED"),
        makes_orders=True,
        cancels=("PENDING", "NOT_STARTED"),
        cancelled="CANCELED",
        messages=False,
    ),
    "etsy": Desk(
        title="Etsy store",
        following=_along("open", "paid", "completed", **{"payment processing": "paid"}),
        makes_orders=True,
        cancels=("open", "payment processing", "paid"),
        cancelled="canceled",
    ),
    "amazon": Desk(
        title="Amazon store",
        messages=False,
        following=_along(
            "PENDING", "UNSHIPPED", "SHIPPED", PENDING_AVAILABILITY="PENDING", PARTIALLY_SHIPPED="SHIPPED",
        ),
        makes_orders=True,
        cancels=("PENDING_AVAILABILITY", "PENDING", "UNSHIPPED"),
    ),
}  # fmt: skip


def desk_of(name: str) -> Desk:
    """The partner's desk, or one at which nothing can be done."""
    return DESKS.get(name) or Desk(title=name)

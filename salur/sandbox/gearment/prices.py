"""What an order costs. The amounts are invented; only their form is the vendor's."""

from salur.sandbox.gearment.model import Wanted

_FIRST_ITEM, _FURTHER_ITEM = 499, 199


def shipping_for(units: int) -> int:
    """US cents for so many pieces in one parcel."""
    return _FIRST_ITEM + _FURTHER_ITEM * (units - 1) if units > 0 else 0


def subtotal_cents(wanted: Wanted) -> int:
    """Goods alone."""
    return sum(line.cents for line in wanted.lines)


def shipping_cents(wanted: Wanted) -> int:
    """Nothing with the seller's own label."""
    return 0 if wanted.label_urls else shipping_for(sum(line.quantity for line in wanted.lines))


def total_cents(wanted: Wanted) -> int:
    """What the team pays."""
    return subtotal_cents(wanted) + shipping_cents(wanted)

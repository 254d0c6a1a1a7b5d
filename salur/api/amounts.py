"""How the API writes amounts of money."""

from __future__ import annotations

from decimal import Decimal


def money(amount: Decimal) -> str:
    """With two decimals at least, and never in powers of ten."""
    whole, _, part = f"{amount:f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"

"""A barcode that several products have: allowed, because sets and re-packs share them, and said."""

from __future__ import annotations

from django.contrib import messages
from django.utils.translation import gettext

from salur.catalog.models import MasterProduct
from salur.catalog.queries import with_barcode
from salur.web.access import MerchantRequest

NAMED = 5


def warn_of_barcode(request: MerchantRequest, product: MasterProduct) -> None:
    """Name the other products that have this product's barcode (inside a scope)."""
    others = with_barcode(product.barcode, NAMED + 1, besides=product.pk)
    if others:
        named = ", ".join(others[:NAMED]) + (" …" if len(others) > NAMED else "")
        told = gettext(
            "The barcode %(barcode)s stands on other products, too: %(mskus)s. A scanner cannot tell them apart."
        )
        messages.warning(request, told % {"barcode": product.barcode, "mskus": named})

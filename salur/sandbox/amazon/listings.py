"""Listings, their stock, and the marketplaces a seller is in."""

import base64
import binascii
from typing import Any

from salur.sandbox.amazon.call import Call, invalid
from salur.sandbox.amazon.rows import asin, iso
from salur.sandbox.amazon.seller import MARKETPLACES
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Listing, Variant

_PATH = "/attributes/fulfillment_availability"
_DATA = ("summaries", "attributes", "issues", "offers", "fulfillmentAvailability", "procurement", "relationships",
         "productTypes")  # fmt: skip


def participations(call: Call) -> Answer:
    """GET /sellers/v1/marketplaceParticipations: the shop's own, and one that the seller is not in."""
    own = MARKETPLACES[call.shop.region]
    other = next(one for one in MARKETPLACES.values() if one is not own)
    rows = []
    for region, place in MARKETPLACES.items():
        if place in (own, other):
            rows.append(
                {
                    "marketplace": {
                        "id": place.id,
                        "name": place.name,
                        "countryCode": region,
                        "defaultCurrencyCode": call.seller.currencies[region],
                        "defaultLanguageCode": place.language,
                        "domainName": place.domain,
                    },
                    "participation": {"isParticipating": place is own, "hasSuspendedListings": False},
                    "storeName": call.shop.name,
                }
            )
    return Answer({"payload": rows})


def _check(call: Call) -> None:
    if call.path["seller_id"] != call.shop.id:
        words = "Access to requested resource is denied."
        raise Refusal("Unauthorized", words, status=403)
    places = call.words("marketplaceIds", ())
    if len(places) != 1:
        raise invalid("marketplaceIds is required and holds one")
    if places[0] != MARKETPLACES[call.shop.region].id:
        raise invalid("marketplaceIds is not a marketplace of the seller")


def search_listings(call: Call) -> Answer:
    """GET /listings/2021-08-01/items/{sellerId}: pages of 1 to 20."""
    _check(call)
    size, wanted = call.whole("pageSize", 10, 1, 20), call.words("includedData", _DATA) or ["summaries"]
    every = [(listing, one) for listing in call.shop.listings.values() for one in listing.variants]
    skus = call.words("identifiers", ())
    if skus:
        if call.query.get("identifiersType") != "SKU":
            raise invalid("identifiersType is required with identifiers")
        every = [(listing, one) for listing, one in every if one.sku in skus]
    start = _start(call.query.get("pageToken"))
    rows = [_row(call, listing, one, wanted) for listing, one in every[start : start + size]]
    told: dict[str, Any] = {"numberOfResults": len(every)}
    if start + size < len(every):
        told["pagination"] = {"nextToken": base64.urlsafe_b64encode(f"after:{start + size}".encode()).decode()}
    return Answer({**told, "items": rows})


def _start(given: str | None) -> int:
    if given is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(given).decode().partition(":")
        if word == "after":
            return int(number)
    except (binascii.Error, ValueError) as problem:
        raise invalid("pageToken is invalid") from problem
    raise invalid("pageToken is invalid")


def _row(call: Call, listing: Listing, variant: Variant, wanted: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"sku": variant.sku}
    if "summaries" in wanted:
        row["summaries"] = [
            {
                "marketplaceId": MARKETPLACES[call.shop.region].id,
                "asin": asin(variant.id),
                "productType": "PRODUCT",
                "conditionType": "new_new",
                "status": ["BUYABLE", "DISCOVERABLE"] if variant.stock > 0 else ["DISCOVERABLE"],
                "itemName": f"{listing.title}, {variant.name}" if variant.name else listing.title,
                "createdDate": iso(listing.created),
                "lastUpdatedDate": iso(listing.updated),
            }
        ]
    if "fulfillmentAvailability" in wanted:
        row["fulfillmentAvailability"] = [{"fulfillmentChannelCode": "DEFAULT", "quantity": variant.stock}]
    return row


def _find(call: Call) -> tuple[Listing, Variant]:
    sku = call.path["sku"]
    found = call.seller.find_sku(call.shop, sku)
    if found is None:
        words = f"SKU '{sku}' not found in marketplace {MARKETPLACES[call.shop.region].id}"
        raise Refusal("NOT_FOUND", words, status=404)
    return found


def get_listing(call: Call) -> Answer:
    """GET /listings/2021-08-01/items/{sellerId}/{sku}."""
    _check(call)
    wanted = call.words("includedData", _DATA) or ["summaries"]
    return Answer(_row(call, *_find(call), wanted))


def patch_listing(call: Call) -> Answer:
    """PATCH /listings/2021-08-01/items/{sellerId}/{sku}: the quantity of the seller's own stock."""
    _check(call)
    listing, variant = _find(call)
    if not call.body.get("productType"):
        raise invalid("productType is required")
    patches = call.body.get("patches")
    if not isinstance(patches, list) or not patches:
        raise invalid("patches is required")
    issues = [issue for patch in patches if (issue := _apply(call, listing, variant, patch))]
    return Answer(
        {
            "sku": variant.sku,
            "status": "INVALID" if issues else "ACCEPTED",
            "submissionId": token(call.seller.core.seed, "amazon", "submission", next(call.seller.ids)),
            "issues": issues,
        }
    )


def _apply(call: Call, listing: Listing, variant: Variant, patch: Any) -> dict[str, Any] | None:
    """None when done, else the issue."""
    if not isinstance(patch, dict) or patch.get("op") not in ("add", "replace", "delete", "merge"):
        raise invalid("op must be one of add, replace, delete, merge")
    if patch.get("path") != _PATH or patch["op"] not in ("replace", "merge"):
        return _issue("The attribute cannot be changed so here.", str(patch.get("path", "")).rpartition("/")[2])
    rows = patch.get("value")
    row = rows[0] if isinstance(rows, list) and len(rows) == 1 and isinstance(rows[0], dict) else {}
    quantity = row.get("quantity")
    if row.get("fulfillment_channel_code") != "DEFAULT":
        return _issue("'fulfillment_availability' is required but not supplied.", "fulfillment_availability")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        return _issue("'quantity' must be a whole number of 0 or more.", "fulfillment_availability")
    call.seller.set_stock(listing, variant, quantity)
    return None


def _issue(words: str, attribute: str) -> dict[str, Any]:
    return {"code": "90220", "message": words, "severity": "ERROR", "attributeNames": [attribute]}

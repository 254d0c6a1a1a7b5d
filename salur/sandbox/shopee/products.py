"""Listing and stock operations (shopee.md, Operations)."""

from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.shopee import params
from salur.sandbox.shopee.call import Call
from salur.sandbox.shopee.model import Item, Model

STATUSES = ("NORMAL", "BANNED", "UNLIST", "REVIEWING", "SELLER_DELETE", "SHOPEE_DELETE")


def get_item_list(call: Call) -> dict[str, Any]:
    """Listings by status, page by page."""
    offset = params.integer(call.query, "offset", 0, 10**9)
    size = params.integer(call.query, "page_size", 1, 100)
    wanted = call.repeated.get("item_status", [])
    if not wanted or any(status not in STATUSES for status in wanted):
        raise params.wrong(f"item_status must be one of {', '.join(STATUSES)}")
    items = sorted((item for item in call.shop.items.values() if item.status in wanted), key=lambda item: item.item_id)
    page = items[offset : offset + size]
    more = offset + size < len(items)
    return {
        "item": [
            {"item_id": item.item_id, "item_status": item.status, "update_time": item.update_time} for item in page
        ],
        "total_count": len(items),
        "has_next_page": more,
        "next_offset": offset + size if more else 0,
    }


def _item(call: Call, item_id: int) -> Item:
    item = call.shop.items.get(item_id)
    if item is None:
        raise Refusal("error_item_not_found", "Item_id is not found.")
    return item


def get_item_base_info(call: Call) -> dict[str, Any]:
    """Listings in detail."""
    wanted = params.listed(call.query, "item_id_list", 1, 50)
    found = [call.shop.items[int(one)] for one in wanted if one.isdigit() and int(one) in call.shop.items]
    if not found:
        raise Refusal("error_item_not_found", "Item_id is not found.")
    return {"item_list": [_base(call, item) for item in found]}


def _base(call: Call, item: Item) -> dict[str, Any]:
    first = item.models[0]
    row: dict[str, Any] = {
        "item_id": item.item_id,
        "item_name": item.name,
        "item_sku": "" if item.has_model else first.sku,
        "item_status": item.status,
        "create_time": item.create_time,
        "update_time": item.update_time,
        "has_model": item.has_model,
        "weight": f"{first.grams / 1000:.3f}",
        "dimension": {"package_length": 20, "package_width": 15, "package_height": 10},
        "image": {"image_id_list": [], "image_url_list": []},
    }
    if not item.has_model:
        row["price_info"] = _price(call, first)
        row["stock_info_v2"] = _stock(first)
    return row


def _price(call: Call, model: Model) -> list[dict[str, Any]]:
    return [{"currency": call.shop.currency, "original_price": model.price, "current_price": model.price}]


def _stock(model: Model) -> dict[str, Any]:
    return {
        "summary_info": {"total_reserved_stock": model.reserved, "total_available_stock": model.stock},
        "seller_stock": [{"location_id": "", "stock": model.stock, "if_saleable": True}],
    }


def get_model_list(call: Call) -> dict[str, Any]:
    """The variants of a listing; empty when it has none."""
    item = _item(call, params.integer(call.query, "item_id", 1, 2**53))
    models = item.models if item.has_model else []
    tiers = [{"name": "Variation", "option_list": [{"option": model.name} for model in models]}] if models else []
    return {
        "tier_variation": tiers,
        "model": [
            {
                "model_id": model.model_id,
                "model_name": model.name,
                "model_sku": model.sku,
                "tier_index": [position],
                "model_status": "MODEL_NORMAL",
                "price_info": _price(call, model),
                "stock_info_v2": _stock(model),
            }
            for position, model in enumerate(models)
        ],
    }


def update_stock(call: Call) -> dict[str, Any]:
    """Set the stock of up to 50 variants of one listing; each succeeds or fails for itself."""
    item = _item(call, params.integer(call.body, "item_id", 1, 2**53))
    if item.status in ("SELLER_DELETE", "SHOPEE_DELETE"):
        raise Refusal("error_item_uneditable", "Can't edit this item. item status can not support editing.")
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    models = {model.model_id: model for model in item.models}
    for entry in params.objects(call.body, "stock_list", 1, 50):
        model_id = params.integer(entry, "model_id", 0, 2**53, default=0)
        seller_stock = params.objects(entry, "seller_stock", 1, 10)
        stock = sum(params.integer(one, "stock", 0, 10**9) for one in seller_stock)
        model = models.get(model_id)
        if model is None:
            bad.append({"model_id": model_id, "failed_reason": "Wrong model_id."})
        elif stock < model.reserved:
            bad.append({"model_id": model_id, "failed_reason": "Stock should be larger than reserved stock."})
        else:
            model.stock = stock
            good.append({"model_id": model_id, "location_id": "", "stock": stock})
    answer = {"failure_list": bad, "success_list": good}
    if not good:
        raise Refusal(
            "error_busi_update_stock_failed",
            "Update stock failed, please check failure_list for detailed reason",
            extra={"response": answer},
        )
    item.update_time = call.store.core.clock.seconds()
    return answer

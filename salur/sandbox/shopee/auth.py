"""Tokens, and what is public or about the shop itself (shopee.md, Authorisation)."""

from typing import Any

from salur.sandbox.engine.exchange import Refusal, json_bytes
from salur.sandbox.shopee import params
from salur.sandbox.shopee.call import Call
from salur.sandbox.shopee.model import Shop


def _shop(call: Call) -> Shop:
    partner_id = params.integer(call.body, "partner_id", 0, 2**32)
    if partner_id != call.store.app.partner_id:
        raise Refusal("error_auth", "Invalid partner_id or shopid.", status=403)
    shop = call.store.shops.get(params.integer(call.body, "shop_id", 0, 2**53))
    if shop is None:
        raise Refusal("error_auth", "Invalid partner_id or shopid.", status=403)
    return shop


def token_get(call: Call) -> dict[str, Any]:
    """Exchange the code of the redirect. The answer stands at the top level, not in ``response``."""
    code = params.text(call.body, "code")
    shop = _shop(call)
    held = call.store.codes.get(code)
    if held is None or held.used or held.shop_id != shop.shop_id or held.expires_at <= call.store.core.clock.now():
        raise Refusal("error_auth", "Invalid code.", status=403)
    held.used = True
    access, refresh, seconds = call.store.issue_tokens(shop)
    return {
        "refresh_token": refresh,
        "access_token": access,
        "expire_in": seconds,
        "shop_id_list": [shop.shop_id],
        "merchant_id_list": [],
    }


def access_token_get(call: Call) -> dict[str, Any]:
    """Refresh: single use, the answer carries the next refresh token."""
    refresh = params.text(call.body, "refresh_token")
    shop = _shop(call)
    held = call.store.refresh.get(refresh)
    if held is None or held.used or held.shop_id != shop.shop_id or held.expires_at <= call.store.core.clock.now():
        raise Refusal("error_auth", "Invalid refresh_token.", status=403)
    held.used = True
    call.store.retire_access(held.access)
    access, following, seconds = call.store.issue_tokens(shop)
    return {
        "partner_id": call.store.app.partner_id,
        "shop_id": shop.shop_id,
        "refresh_token": following,
        "access_token": access,
        "expire_in": seconds,
    }


def get_shop_info(call: Call) -> dict[str, Any]:
    """Name, region and state of the shop; at the top level as well."""
    shop = call.shop
    return {
        "shop_name": shop.name,
        "region": shop.region,
        "status": shop.status,
        "auth_time": shop.auth_time,
        "expire_time": shop.auth_time + 365 * 86400,
        "is_cb": False,
    }


def get_lost_push_message(call: Call) -> dict[str, Any]:
    """The earliest 100 pushes nobody took in the last three days."""
    lost, more = call.store.lost.first(call.store.core.clock.seconds())
    return {
        "push_message_list": [
            {
                "shop_id": one.message["shop_id"],
                "code": one.message["code"],
                "timestamp": one.lost_at,
                "data": json_bytes(one.message).decode(),
            }
            for one in lost
        ],
        "has_next_page": more,
        "last_message_id": lost[-1].id if lost else 0,
    }


def confirm_consumed_lost_push_message(call: Call) -> dict[str, Any]:
    """Everything up to last_message_id has been read."""
    call.store.lost.confirm(params.integer(call.body, "last_message_id", 0, 2**53))
    return {}

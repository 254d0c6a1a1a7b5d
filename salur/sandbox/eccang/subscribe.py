"""messageSubscript: the callback address must answer a handshake (eccang.md, A.5)."""

from datetime import date
from typing import Any

import httpx

from salur.sandbox.eccang import fields
from salur.sandbox.eccang.call import Call
from salur.sandbox.eccang.callbacks import KINDS
from salur.sandbox.eccang.fields import FIELD
from salur.sandbox.eccang.model import Subscription
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import Refusal


async def message_subscript(call: Call) -> dict[str, Any]:
    """Subscribe an address to one kind of message until a date."""
    kind = fields.text(call.params, "subscript_type", 32)
    if kind not in KINDS:
        raise Refusal(FIELD, f"subscript_type must be one of {', '.join(KINDS)}")
    callback = fields.text(call.params, "callback", 500)
    platform = fields.text(call.params, "erp_platform", 32)
    if platform not in ("eccangerp", "othererp", "erp"):
        raise Refusal(FIELD, "erp_platform must be one of eccangerp, othererp, erp")
    if platform == "eccangerp":
        fields.text(call.params, "tenant_id", 64)
    expires = fields.text(call.params, "expire_date", 10)
    try:
        date.fromisoformat(expires)
    except ValueError as problem:
        raise Refusal(FIELD, "expire_date must be YYYY-MM-DD") from problem
    await _shake_hands(call, callback)
    call.account.subscriptions[kind] = Subscription(kind, callback, platform, expires)
    return {"data": {"subscript_type": kind, "expire_date": expires}}


async def _shake_hands(call: Call, callback: str) -> None:
    number = str(int(token(call.operator.core.seed, callback, call.operator.message_number())[:8], 16))
    try:
        answer = await call.operator.core.outside.client().get(callback, params={"random": number})
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        raise Refusal(FIELD, f"callback does not answer: {type(problem).__name__}") from problem
    if not isinstance(said, dict) or str(said.get("random")) != number:
        raise Refusal(FIELD, "callback did not repeat the random number")

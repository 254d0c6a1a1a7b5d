"""The knobs of simulated JD. What the contract sheet leaves open is a knob here, its default the likelier reading."""

from dataclasses import dataclass

from salur.sandbox.engine.settings import choice

DAY = 86400


@dataclass
class JdSettings:
    """All durations are seconds; None means: does not happen by itself."""

    ship_after: float | None = None
    receive_after: float | None = None
    lookup_delay: float = 0.0
    rate_limit_per_second: float = 0.0
    #: A repeated number makes a second document.
    allow_duplicate_reference: bool = False
    #: What a repeated isvUUID, spPoOrderNo or isvGoodsNo brings: the first one's number, or a refusal.
    repeat_answer: str = choice("same", "error")
    code_seconds: float = 600.0
    access_token_seconds: float = 30.0 * DAY
    refresh_token_seconds: float = 60.0 * DAY
    old_token_grace: float = 300.0
    #: A new login of a PIN ends the tokens that the same app had for it.
    login_ends_old: bool = True
    timestamp_tolerance: float = 360.0
    #: End of the root key of a good answer.
    root: str = choice("_responce", "_response")
    #: Rows of stock and master data: plain, or each under "v1".
    row_form: str = choice("plain", "v1")
    #: What returnZeroStock=2 shows: rows of nought only, or rows of nought too.
    zero_rows: str = choice("only", "too")
    #: An outbound list for which stock is short: refused, or taken and left waiting.
    shortage: str = choice("refuse", "wait")
    #: 0: cancelOrder and cancalPoOrder decide in the call; else they accept and decide so much later.
    cancel_seconds: float = 0.0
    cancel_result: str = choice("success", "fail")
    #: Whether a list may still be cancelled at 10016, when its goods are off the shelf.
    picked_can_cancel: bool = False
    #: Where JD's own AWB stands: in wayBill, or only in the number of the first package.
    way_bill: str = choice("field", "package")
    #: Automatic sourcing: addOrder may leave warehouseNo out.
    warehouse_optional: bool = False
    #: Where messages go for a PIN that has no address of its own.
    callback_url: str = ""
    callback_tries: int = 5
    callback_retry_seconds: float = 60.0

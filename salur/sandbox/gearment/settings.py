"""Knobs of the simulated print-on-demand vendor. What the contract assumes can be turned here."""

from dataclasses import dataclass

from salur.sandbox.engine.settings import choice


@dataclass
class GearmentSettings:
    """Durations in seconds; None: does not happen by itself.

    The documented limit is ``rate_limit_requests`` 100 in ``rate_limit_window`` 10, then ``rate_limit_block`` 60; it
    is off (0) so that tests are not throttled. ``checkout_seconds`` lie between approval and the order.
    """

    ship_after: float | None = None
    lookup_delay: float = 0.0
    allow_duplicate_reference: bool = False
    rate_limit_per_second: float = 0
    rate_limit_requests: int = 0
    rate_limit_window: float = 10
    rate_limit_block: float = 60
    checkout_seconds: float = 0
    payment: str = choice("success", "pending", "failed")
    address_check: str = choice("verified", "unverified")
    fetch_labels: bool = True
    cancel_seconds: float = 1.0
    cancel_result: str = choice("canceled", "rejected", "failed")
    int64: str = choice("text", "number")
    money_nanos: str = choice("billionths", "hundredths")
    signature_encoding: str = choice("hex", "base64", "base64url")
    signature_key: str = choice("signature", "secret")
    signed_path: str = choice("path", "with_query")
    tracking_event: str = choice("tracking_updated", "tracking_order_updated")
    callback_tries: int = 5
    callback_retry_seconds: float = 60

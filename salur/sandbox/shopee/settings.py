"""Knobs of the simulated store."""

from dataclasses import dataclass


@dataclass
class ShopeeSettings:
    """Durations in seconds; None: does not happen by itself.

    ``label_empty_times`` lets the first so many downloads of each label be empty.
    """

    access_token_seconds: float = 4 * 3600
    refresh_token_seconds: float = 30 * 86400
    code_seconds: float = 600
    timestamp_tolerance: float = 300
    old_token_grace: float = 300
    tracking_seconds: float = 1.0
    document_seconds: float = 1.0
    rate_limit_per_second: float = 0
    callback_url: str = ""
    push_tries: int = 3
    push_retry_seconds: float = 60
    pay_after: float | None = None
    pickup_after: float | None = None
    deliver_after: float | None = None
    complete_after: float | None = None
    label_bytes_at_least: int = 0
    label_empty_times: int = 0

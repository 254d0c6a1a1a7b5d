"""Knobs of a simulated Qimen warehouse, and how a second instance of it differs."""

from dataclasses import dataclass

from salur.sandbox.engine.settings import choice


@dataclass
class QimenSettings:
    """Durations in seconds; None: does not happen by itself. What is assumed stands in contracts/qimen/facts.md."""

    ship_after: float | None = None
    receive_after: float | None = None
    lookup_delay: float = 0.0
    rate_limit_per_second: float = 0
    clock_skew_seconds: float = 600
    first_status: str = choice("ACCEPT", "NEW")
    allow_duplicate_reference: bool = False
    repeat_answer: str = choice("error", "same")
    item_ids: str = choice("code", "assigned")
    short_stock: str = choice("refuse", "wait")
    needs_awb: bool = False
    needs_label: bool = False
    cancel_until: str = choice("PACKAGE", "READY", "WEIGH", "CHECK", "PICK", "PRINT", "ACCEPT")
    cancel_result: str = choice("at_once", "later", "later_fail")
    cancel_seconds: float = 1.0
    inventory_batches: int = 1
    callback_url: str = ""
    callback_tries: int = 5
    callback_retry_seconds: float = 60


@dataclass
class FastockSettings(QimenSettings):
    """As above, but for what contracts/fastock/facts.md says."""

    needs_awb: bool = True
    needs_label: bool = True
    cancel_until: str = choice("READY", "WEIGH", "PACKAGE", "CHECK", "PICK", "PRINT", "ACCEPT")

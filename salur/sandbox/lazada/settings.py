"""Knobs of the simulated store."""

from dataclasses import dataclass

from salur.sandbox.engine.settings import choice
from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class LazadaSettings(StoreSettings):
    """Durations in seconds; None: does not happen by itself.

    * ``courier_fails_every``: each so-many-th piece meets 1003 at its first packing, while success is true
    * ``seller_chooses_courier``: the shop is cross-border; packing wants NTFS and a courier's code
    * ``cancel_pending_seconds``: how long an agreed cancellation of a packed piece waits for the courier
    * ``all_countries``: one login covers all shops there are (a seller of several countries)
    * ``campaign_at_least``: a running campaign takes no smaller stock than this
    * ``masked``: names and telephone numbers are masked; ``times``: how points in time are written
    * ``label_file``: what ``file`` decodes to: a frame that points at the PDF, or the PDF itself
    """

    access_token_seconds: float = 30 * 86400
    refresh_token_seconds: float = 180 * 86400
    code_seconds: float = 1800
    timestamp_tolerance: float = 7200
    push_tries: int = 13
    push_retry_seconds: float = 1800
    courier_fails_every: int = 0
    seller_chooses_courier: bool = False
    cancel_pending_seconds: float = 0
    all_countries: bool = False
    campaign_at_least: int = 0
    masked: bool = True
    times: str = choice("iso", "spaced")
    label_file: str = choice("frame", "pdf")

"""How often the orders of a store are fetched, as a field of its settings: for stores that call nobody (P3, R139)."""

from __future__ import annotations

from .capabilities import FormField
from .texts import N_

POLL_SECONDS = "poll_seconds"
"""The setting that takes the place of ``StoreCapabilities.poll_seconds``."""

CHOICES = (
    (900, N_("15 minutes")),
    (3600, N_("1 hour")),
    (4 * 3600, N_("4 hours")),
    (8 * 3600, N_("8 hours")),
    (24 * 3600, N_("1 day")),
)


def poll_field(default: int) -> FormField:
    """The field; ``default`` in seconds must be one of the choices."""
    return FormField(
        key=POLL_SECONDS,
        label=N_("Fetch orders every"),
        origin=N_("More often means fewer calls left for other work; “Sync now” fetches at once"),
        required=False,
        choices=tuple((str(seconds), text) for seconds, text in CHOICES),
        default=str(default),
    )

"""How a parcel is handed over to its courier: as chosen by hand, else as the store is set, else the store's first way.

A way chosen by hand is kept with the list until the worker arranges it. It is never replaced by another: where the
store does not offer it any more, arranging fails and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from salur.connectors.base.errors import Rejected
from salur.connectors.base.texts import N_
from salur.connectors.base.types import ShippingOption

KINDS = ("pickup", "dropoff")
"""What may be chosen without asking the store first: the store then gives its first slot or branch of the kind."""

MOST_FIELDS, LONGEST = 10, 200
NOTHING_READY = N_("the store offers no way of handing over that needs nothing more")
GONE = N_("the store does not offer the chosen way of handing over any more: choose another")
SLOT_GONE = "handover_not_offered"


@dataclass(frozen=True, slots=True)
class Choice:
    """A way of handing over; without ``fields`` the store's first of that kind, without a kind nothing is chosen."""

    kind: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def fits(self, option: ShippingOption) -> bool:
        """Whether the option is what was chosen."""
        return option.kind == self.kind and self.fields.items() <= option.fields.items()

    def kept(self) -> dict[str, Any]:
        """As it stands in the database; :func:`choice_of` reads it."""
        return {"kind": self.kind, "fields": dict(self.fields)} if self.kind else {}


def choice_of(kept: Mapping[str, Any]) -> Choice:
    """What :meth:`Choice.kept` wrote."""
    return Choice(str(kept.get("kind", "")), {str(k): str(v) for k, v in dict(kept.get("fields") or {}).items()})


def choose_option(
    options: Sequence[ShippingOption], preferred: str = "", choice: Choice | None = None
) -> ShippingOption:
    """The way of handing over: what was chosen; else the preferred kind where it is offered, else the store's first.

    Raises Rejected where what was chosen is not offered, or each needs something that only a person can give.
    """
    ready = [option for option in options if option.complete]
    if not ready:
        raise Rejected("no_shipping_option", NOTHING_READY)
    if choice is not None and choice.kind:
        found = next((option for option in ready if choice.fits(option)), None)
        if found is None:
            raise Rejected(SLOT_GONE, GONE)
        return found
    return next((option for option in ready if option.kind == preferred), ready[0])

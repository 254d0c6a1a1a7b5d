"""What a check is: data that says what is proved, for whom it applies, and the function that looks (design 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bench import Bench


class Mark(StrEnum):
    """How a check ended."""

    HOLDS = "holds"
    FAILS = "fails"
    BYPASSED = "bypassed"


class Power(StrEnum):
    """What a rig can do at the partner besides being called; a partner's own test system can do none of it."""

    COUNTS = "counts"
    FAULTS = "faults"
    STATUS = "status"
    STOCK = "stock"
    CLOCK = "clock"
    ACCOUNTS = "accounts"
    CALLBACKS = "callbacks"
    KNOBS = "knobs"
    ORDERS = "orders"
    TOKENS = "tokens"
    SHOPS = "shops"


WHAT_POWERS_DO: dict[Power, str] = {
    Power.COUNTS: "count what arrived at the partner",
    Power.FAULTS: "make the partner fail",
    Power.STATUS: "move a list or an order at the partner",
    Power.STOCK: "set the partner's stock",
    Power.CLOCK: "move the partner's clock",
    Power.ACCOUNTS: "open a second account",
    Power.CALLBACKS: "receive the partner's messages",
    Power.KNOBS: "change how the partner behaves",
    Power.ORDERS: "bring in orders",
    Power.TOKENS: "end the access before its time",
    Power.SHOPS: "open a second shop",
}


class Fails(Exception):
    """The check does not hold: what was seen, and what was expected instead."""

    def __init__(self, seen: str, expected: str) -> None:
        super().__init__(f"{seen}; expected: {expected}")
        self.seen = seen
        self.expected = expected


class Bypass(Exception):
    """The check cannot be made here; the text is the reason."""


Looks = Callable[["Bench"], None]
ANY = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table.

    ``proves`` names the rule behind it, ``look`` where its reader should look when it fails. It applies to connectors
    of ``kind`` (empty: any) that name all of ``abilities``, at a rig with all of ``powers``.
    """

    id: str
    area: str
    title: str
    proves: str
    look: str
    run: Looks
    kind: str = ANY
    abilities: tuple[str, ...] = ()
    powers: tuple[Power, ...] = ()

    def unmet(self, bench: Bench) -> str:
        """Why this check cannot be made of this connector at this rig; empty when it can."""
        for ability in self.abilities:
            if ability not in bench.plugin.capabilities.abilities:
                return f"the connector does not name the ability {ability}"
        for power in self.powers:
            if power not in bench.rig.powers:
                return f"{bench.rig.name} cannot {WHAT_POWERS_DO[power]}"
        return ""


@dataclass(slots=True)
class Book:
    """Collects the checks of one area; its checks share area, kind, abilities and place to look."""

    area: str
    look: str
    kind: str = ANY
    abilities: tuple[str, ...] = ()
    checks: list[Check] = field(default_factory=list)

    def check(
        self, key: str, title: str, proves: str, *powers: Power, abilities: tuple[str, ...] = (), look: str = ""
    ) -> Callable[[Looks], Looks]:
        """Enter a function as a check."""

        def entered(run: Looks) -> Looks:
            self.add(key, title, proves, run, *powers, abilities=abilities, look=look)
            return run

        return entered

    def add(
        self,
        key: str,
        title: str,
        proves: str,
        run: Looks,
        *powers: Power,
        abilities: tuple[str, ...] = (),
        look: str = "",
    ) -> None:
        """As :meth:`check`, for a function made of a table's row."""
        self.checks.append(
            Check(
                id=key,
                area=self.area,
                title=title,
                proves=proves,
                look=look or self.look,
                run=run,
                kind=self.kind,
                abilities=(*self.abilities, *abilities),
                powers=powers,
            )
        )


def expect(holds: object, expected: str, seen: object) -> None:
    """Go on if ``holds``; else the check fails with what was expected and what was seen."""
    if not holds:
        raise Fails(str(seen), expected)

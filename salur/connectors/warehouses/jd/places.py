"""Which warehouses of which departments an account has: typed at the start, or added later (R28)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.types import Credentials

PARTING = "-"


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse number with its department number. ``country`` empty: the account's own."""

    warehouse: str
    department: str
    country: str = field(default="", compare=False)

    @property
    def code(self) -> str:
        """Our code of the warehouse, from which both numbers are read again."""
        return f"{self.warehouse}{PARTING}{self.department}"


def read_code(code: str) -> Place:
    """The place of one of our warehouse codes."""
    warehouse, _, department = code.partition(PARTING)
    if not warehouse or not department:
        raise Rejected("warehouse_code", f"{code} names no warehouse and department of JD", field="warehouseNo")
    return Place(warehouse, department)


def places_of(credentials: Credentials) -> tuple[Place, ...]:
    """Every place of the account, each once: those of the form are all of its one department."""
    department = credentials.get("department_no").strip()
    typed = [Place(number.strip(), department) for number in credentials.get("warehouse_no").split(",")]
    added = credentials.get("places")
    try:
        rows = json.loads(added) if added else []
        later = [
            Place(number.strip(), str(row["department_no"]).strip(), str(row.get("country", "")).strip())
            for row in rows
            for number in str(row["warehouse_no"]).split(",")
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ContractBroken("places", "the warehouses added to this account cannot be read", "places") from error
    return tuple(dict.fromkeys(place for place in (*typed, *later) if place.warehouse and place.department))

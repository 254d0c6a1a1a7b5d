"""Making, changing and removing locations (inside a scope; R53 to R55)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.foundation.problems import Refusal
from salur.foundation.staging import int_array
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .models import Location, LocationBinding
from .numbers import MOST, BadNumber, expand, pick_key, tidy
from .problems import LINE_MESSAGES, LineFault

LONGEST_ZONE = 40
LONGEST_NOTE = 200


class LocationRefused(Refusal):
    """Nothing is changed; the code says why."""

    code = "location_wrong"


@dataclass(frozen=True, slots=True)
class WantedLocation:
    """A line of a list: a number, or a range of them, with zone and note for each."""

    line: int
    number: str
    zone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a list led to: numbers that are new, and a fault for each line or number that was not taken."""

    numbers: list[str] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _New:
    line: int
    number: str
    zone: str
    note: str


def create_locations(warehouse_id: int, wanted: Sequence[WantedLocation], *, virtual: bool = False) -> Made:
    """Make the locations that a list names; lines that cannot be taken are told and the others made.

    In a partner's warehouse they are virtual, whatever is asked (R55). Raises :class:`LocationRefused` for a warehouse
    that is switched off, ``Warehouse.DoesNotExist`` for one there is not.
    """
    warehouse = _usable(warehouse_id)
    faults: list[LineFault] = []
    fresh = _distinct(wanted, faults)
    made = set(_insert(warehouse, fresh, virtual=virtual or warehouse.account_id is not None))
    faults += [
        LineFault(one.line, "location_exists", one.number, {"number": one.number})
        for one in fresh
        if one.number not in made
    ]
    if made:
        audit.record("locations.created", f"warehouse:{warehouse_id}", count=len(made), first=min(made))
    return Made([one.number for one in fresh if one.number in made], sorted(faults, key=lambda f: f.line))


def create_location(
    warehouse_id: int, number: str, *, zone: str = "", note: str = "", virtual: bool = False
) -> Location:
    """Make one location. Raises :class:`LocationRefused`, also where it exists."""
    done = create_locations(warehouse_id, [WantedLocation(1, _one(number), zone, note)], virtual=virtual)
    if done.faults:
        raise _refused(warehouse_id, done.faults[0])
    return Location.objects.get(warehouse_id=warehouse_id, number=done.numbers[0])


def change_location(location_id: int, *, number: str, zone: str, note: str, virtual: bool | None = None) -> Location:
    """Rename a location or change what is said of it; what is bound stays bound. Raises :class:`LocationRefused`."""
    row = _locked(location_id)
    faults: list[LineFault] = []
    fresh = _distinct([WantedLocation(1, _one(number), zone, note)], faults)
    if faults:
        raise _refused(row.warehouse_id, faults[0])
    before = row.number
    row.number, row.pick_key = fresh[0].number, pick_key(fresh[0].number)
    row.zone, row.note = fresh[0].zone, fresh[0].note
    if virtual is not None:
        row.virtual = virtual or row.warehouse.account_id is not None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # also of somebody who takes the number at this very moment
        if "locations_number_once" not in str(error):
            raise
        raise LocationRefused("location_taken", warehouse=row.warehouse.name, number=row.number) from error
    audit.record("location.changed", f"location:{row.pk}", number=row.number, before=before)
    return row


def switch_locations(location_ids: Iterable[int], *, on: bool) -> int:
    """Use locations, or use them no more; what is bound stays bound and is not picked from while they are off."""
    rows = lock_rows(Location.objects.all(), location_ids)
    changing = [row for row in rows if row.active != on]
    Location.objects.filter(pk__in=[row.pk for row in changing]).update(active=on)
    for row in changing:
        audit.record("location.on" if on else "location.off", f"location:{row.pk}", number=row.number)
    return len(changing)


@dataclass(frozen=True, slots=True)
class Removed:
    """Numbers of the locations that are gone, and those that stay because products lie there, with how many."""

    gone: list[str]
    kept: list[tuple[str, int]]


def delete_locations(location_ids: Iterable[int], *, unbind: bool = False) -> Removed:
    """Remove locations; those with products stay unless these are to be unbound as well."""
    rows = lock_rows(Location.objects.all(), location_ids)
    bound = _bound_counts([row.pk for row in rows])
    going = [row for row in rows if unbind or row.pk not in bound]
    ids = [row.pk for row in going]
    LocationBinding.objects.filter(location_id__in=ids).delete()
    Location.objects.filter(pk__in=ids).delete()
    for row in going:
        told = {"warehouse": row.warehouse_id, "number": row.number, "unbound": bound.get(row.pk, 0)}
        audit.record("location.deleted", f"location:{row.pk}", **told)
    return Removed([r.number for r in going], [(r.number, bound[r.pk]) for r in rows if not unbind and r.pk in bound])


# -- parts ----------------------------------------------------------------------------------------------------------


def _usable(warehouse_id: int) -> Warehouse:
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    if not warehouse.active:
        raise LocationRefused("location_warehouse_off", warehouse=warehouse.name)
    return warehouse


def _locked(location_id: int) -> Location:
    rows = lock_rows(Location.objects.select_related("warehouse"), [location_id])
    if not rows:
        raise Location.DoesNotExist(location_id)
    return rows[0]


def _one(number: str) -> str:
    """A number that is no range. Raises :class:`LocationRefused`."""
    try:
        return tidy(number)
    except BadNumber as bad:
        raise LocationRefused(reason=str(LINE_MESSAGES[bad.code]) % bad.detail) from bad


def _refused(warehouse_id: int, fault: LineFault) -> LocationRefused:
    if fault.code == "location_exists":
        name = Warehouse.objects.values_list("name", flat=True).get(pk=warehouse_id)
        return LocationRefused("location_taken", warehouse=name, number=fault.text_of_line)
    return LocationRefused(reason=fault.text())


def _distinct(wanted: Sequence[WantedLocation], faults: list[LineFault]) -> list[_New]:
    """Every number that the lines mean, once; what cannot be taken goes to ``faults``."""
    found: dict[str, _New] = {}
    for one in wanted:
        fault = _wrong_text(one)
        try:
            numbers = [] if fault else expand(one.number)
        except BadNumber as bad:
            fault, numbers = LineFault(one.line, bad.code, one.number, bad.detail), []
        if not fault and len(found) + len(numbers) > MOST:
            fault, numbers = LineFault(one.line, "too_many", one.number, {"limit": MOST}), []
        if fault:
            faults.append(fault)
        for number in numbers:
            first = found.setdefault(number, _New(one.line, number, one.zone.strip(), one.note.strip()))
            if first.line != one.line:
                faults.append(LineFault(one.line, "location_twice", number, {"number": number, "line": first.line}))
    return list(found.values())


def _wrong_text(one: WantedLocation) -> LineFault | None:
    for name, text, limit in (("zone", one.zone, LONGEST_ZONE), ("note", one.note, LONGEST_NOTE)):
        if len(text.strip()) > limit:
            return LineFault(one.line, f"{name}_too_long", one.number, {"limit": limit, "found": len(text.strip())})
    return None


INSERT = """
INSERT INTO locations_location (merchant_id, warehouse_id, number, pick_key, zone, note, virtual, active, created_at)
SELECT %(merchant)s, %(warehouse)s, n.number, n.pick_key, n.zone, n.note, %(virtual)s, true, %(at)s
FROM unnest(%(numbers)s::text[], %(keys)s::text[], %(zones)s::text[], %(notes)s::text[])
  AS n(number, pick_key, zone, note)
ON CONFLICT (merchant_id, warehouse_id, number) DO NOTHING
RETURNING number
"""


def _insert(warehouse: Warehouse, fresh: Sequence[_New], *, virtual: bool) -> list[str]:
    if not fresh:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "merchant": current_scope().merchant_id,
                "warehouse": warehouse.pk,
                "virtual": virtual,
                "at": now(),
                "numbers": [one.number for one in fresh],
                "keys": [pick_key(one.number) for one in fresh],
                "zones": [one.zone for one in fresh],
                "notes": [one.note for one in fresh],
            },
        )
        return [row[0] for row in cursor.fetchall()]


BOUND = """
SELECT location_id, count(*) FROM locations_locationbinding
WHERE merchant_id = %s AND location_id = ANY(%s::bigint[]) GROUP BY location_id
"""


def _bound_counts(location_ids: Iterable[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(BOUND, [current_scope().merchant_id, int_array(location_ids)])
        return dict(cursor.fetchall())

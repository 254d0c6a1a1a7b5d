"""The account's warehouses (R11, R28, R34, R35)."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .bench import Bench
from .checks import Book, Power, expect

BOOK = Book("Warehouses", look="list_warehouses(), mapping.py", kind="warehouse")


@BOOK.check("places.named", "Warehouses come with code, name by the partner's rule, country and time zone", "R11, P1")
def named(bench: Bench) -> None:
    """The name holds the code, so that two warehouses are never called the same."""
    found = bench.connector().list_warehouses()
    expect(found, "at least one warehouse", found)
    codes, names = [one.code for one in found], [one.name for one in found]
    expect(all(codes) and len(set(codes)) == len(codes), "each code once, none empty", codes)
    expect(all(names) and len(set(names)) == len(names), "each name once, none empty", names)
    for one in found:
        expect(_bare(one.code) in _bare(one.name), f"a name that holds the code {one.code}", one.name)
        served = bench.can.countries
        known = re.fullmatch("[A-Z]{2}", one.country) or not one.country
        expect(known and (not served or bench.can.ships_abroad or one.country in served), "a served country", one)
        _zone(one.time_zone)


def _bare(text: str) -> str:
    """Letters and digits: how parts are joined is the naming rule's affair."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _zone(name: str) -> None:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        expect(False, "an IANA time zone, or none", name)


@BOOK.check("places.stable", "Asked twice, the warehouses are the same", "R34")
def stable(bench: Bench) -> None:
    """Fetching them again brings in new ones only."""
    first = bench.connector().list_warehouses()
    second = bench.connector().list_warehouses()
    expect(list(first) == list(second), "the same list", f"{first} then {second}")


@BOOK.check("places.own", "An account sees its own warehouses only", "R12", Power.ACCOUNTS)
def own(bench: Bench) -> None:
    """What one account is told does not depend on who asked before."""
    ours = bench.connector().list_warehouses()
    values = {**bench.credentials(), **bench.rig.another_account()}
    theirs = bench.connector(credentials=values).list_warehouses()
    again = bench.connector().list_warehouses()
    expect(list(ours) == list(again), "the same list as before another account asked", again)
    expect(theirs, "the other account's own warehouses", theirs)

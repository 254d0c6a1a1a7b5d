"""Column mappings that a merchant's people have made: found by a file's headers, saved, forgotten (R145).

Everything here runs inside a merchant scope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salur.foundation.clock import now

from .formats import ColumnMap, ReadOptions
from .formats.mapped import JOINS, headers_key
from .formats.options import restored
from .formats.suggesting import suggest_options
from .formats.table import plain_name
from .formats.words import guess_columns
from .models import ColumnMapping

LONGEST_NAME = 80
RECENT = 20  # mappings that are asked for what a column was before


def remembered(headers: Sequence[str]) -> ColumnMap | None:
    """What was said of files with this set of headers; None where nothing was."""
    row = ColumnMapping.objects.filter(headers_key=headers_key(headers)).first()
    return None if row is None else as_map(row)


def as_map(row: ColumnMapping) -> ColumnMap:
    """A mapping as the reader takes it."""
    return ColumnMap(tuple(row.headers), dict(row.columns), restored(row.options), row.name)


def used(said: ColumnMap) -> None:
    """Note when the mapping was last of use."""
    ColumnMapping.objects.filter(headers_key=headers_key(said.headers)).update(used_at=now())


def encodings() -> list[str]:
    """Encodings that were said of files beside their columns."""
    found = ColumnMapping.objects.filter(options__has_key="encoding").values_list("options__encoding", flat=True)
    return sorted(set(found))


def all_mappings() -> list[ColumnMapping]:
    """Those of the merchant, by name."""
    return list(ColumnMapping.objects.order_by("name", "id"))


def find_mapping(mapping_id: int) -> ColumnMapping | None:
    """One of the scope's merchant."""
    return ColumnMapping.objects.filter(pk=mapping_id).first()


def save_mapping(said: ColumnMap) -> ColumnMapping:
    """Remember it; what was said of the same headers before is replaced. The caller has checked it."""
    at = now()
    row, _ = ColumnMapping.objects.update_or_create(
        headers_key=headers_key(said.headers),
        defaults={
            "name": said.title[:LONGEST_NAME],
            "headers": list(said.headers),
            "columns": dict(said.columns),
            "options": said.options.stored(),
            "changed_at": at,
        },
        create_defaults={
            "name": said.title[:LONGEST_NAME],
            "headers": list(said.headers),
            "headers_key": headers_key(said.headers),
            "columns": dict(said.columns),
            "options": said.options.stored(),
            "created_at": at,
            "changed_at": at,
        },
    )
    return row


def forget_mapping(mapping_id: int) -> bool:
    """Remove it; imports under way keep what they were told. False: there is none."""
    gone, _ = ColumnMapping.objects.filter(pk=mapping_id).delete()
    return gone > 0


def suggest(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Mapping[str, str], ReadOptions]:
    """Columns and options to begin with: as mappings of like files say, else by the words of the headers."""
    before: dict[str, str] = {}
    nearest: ColumnMapping | None = None
    plain = {plain_name(name) for name in headers}
    most = 0
    for row in ColumnMapping.objects.order_by("-changed_at")[:RECENT]:
        known = {plain_name(name): target for name, target in row.columns.items()}
        shared = len(plain & known.keys())
        if shared > most and shared * 2 >= len(known):
            before, nearest, most = known, row, shared
    if nearest is None:
        columns = guess_columns(headers, JOINS)
        return columns, suggest_options(columns, headers, rows)
    columns = {name: before[plain_name(name)] for name in headers if plain_name(name) in before}
    taken = set(columns.values())
    guessed = guess_columns([name for name in headers if name not in columns], JOINS)
    columns |= {name: target for name, target in guessed.items() if target not in taken}
    return columns, restored(nearest.options)

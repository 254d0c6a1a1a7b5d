"""State machines as one table each; the same table makes the database's trigger, the docs and the tests.

A machine lives in one text column. The row trigger refuses moves that the table does not list and writes the
record of each move (time, actor, cause from transaction-local settings), so no move escapes it, not even by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed step and the reason in words for it."""

    origin: str
    target: str
    when: str


class IllegalMove(ValueError):
    """A step that the machine's table does not list."""


@dataclass(frozen=True)
class Machine:
    """A state machine: ``table``.``column`` moves only as ``moves`` say, beginning in one of ``initial``."""

    name: str
    table: str
    column: str
    initial: tuple[str, ...]
    moves: tuple[Move, ...]

    @cached_property
    def states(self) -> tuple[str, ...]:
        """All states, in the order in which the table names them."""
        seen = dict.fromkeys(self.initial)
        for move in self.moves:
            seen.setdefault(move.origin)
            seen.setdefault(move.target)
        return tuple(seen)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The allowed (origin, target) pairs."""
        return frozenset((m.origin, m.target) for m in self.moves)

    def allows(self, origin: str, target: str) -> bool:
        """Whether the step is listed."""
        return (origin, target) in self.pairs

    def origins_of(self, target: str) -> tuple[str, ...]:
        """States from which ``target`` may be reached in one step."""
        return tuple(s for s in self.states if (s, target) in self.pairs)

    def require(self, origin: str, target: str) -> None:
        """Raise :class:`IllegalMove` unless the step is listed."""
        if not self.allows(origin, target):
            raise IllegalMove(f"{self.name}: {origin} -> {target} is not a listed move")

    def diagram(self) -> str:
        """The machine as a Mermaid state diagram, for docs and pages."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {s}" for s in self.initial)]
        lines += [f"    {m.origin} --> {m.target}: {m.when}" for m in self.moves]
        return "\n".join(lines)


def trigger_sql(machine: str, table: str, column: str, initial: Sequence[str], pairs: Sequence[tuple[str, str]]) -> str:
    """SQL that installs (or replaces) the trigger of a machine on an existing table.

    The table must have ``id`` and ``merchant_id``. Migrations pass frozen literals, so a machine changed without a
    migration is found by the test that compares both lists.
    """
    function = f"salur_machine_{machine}"
    listed = ", ".join(f"'{a}>{b}'" for a, b in sorted(pairs))
    starts = ", ".join(f"'{s}'" for s in initial)
    return f"""
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $machine$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT NEW.{column} = ANY (ARRAY[{starts}]) THEN
      RAISE EXCEPTION '{machine}: a row cannot begin as %', NEW.{column} USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
  END IF;
  IF NOT (OLD.{column} || '>' || NEW.{column}) = ANY (ARRAY[{listed}]) THEN
    RAISE EXCEPTION '{machine}: % -> % is not a listed move', OLD.{column}, NEW.{column}
      USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO tenancy_transition (merchant_id, machine, subject_id, origin, target, at, actor, cause)
  VALUES (NEW.merchant_id, '{machine}', NEW.id, OLD.{column}, NEW.{column}, clock_timestamp(),
          coalesce(current_setting('salur.actor', true), ''), coalesce(current_setting('salur.cause', true), ''));
  RETURN NULL;
END $machine$;
DROP TRIGGER IF EXISTS {function}_insert ON {table};
CREATE TRIGGER {function}_insert AFTER INSERT ON {table} FOR EACH ROW
  WHEN (NOT NEW.{column} = ANY (ARRAY[{starts}])) EXECUTE FUNCTION {function}();
DROP TRIGGER IF EXISTS {function} ON {table};
CREATE TRIGGER {function} AFTER UPDATE OF {column} ON {table} FOR EACH ROW
  WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {function}();
"""


def pairs_in_source(source: str) -> frozenset[tuple[str, str]]:
    """The pairs that an installed trigger function's source allows (for the comparing test and ``doctor``)."""
    return frozenset((a, b) for a, b in re.findall(r"'([a-z_]+)>([a-z_]+)'", source))

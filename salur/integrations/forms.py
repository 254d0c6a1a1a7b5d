"""Authorisation forms: the fields that a connector declares, checked on the server (R8 to R10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salur.connectors.base.capabilities import FormField, Plugin
from salur.foundation.problems import Refusal, Text, describe

LONGEST = 10_000  # of a field without a limit of its own


@dataclass(frozen=True, slots=True)
class Checked:
    """A form as it was read: usable ``values``, and what is wrong by field (problem code and evidence)."""

    values: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, Text]:
        """The errors in the active language, by field."""
        return {name: describe(code, evidence) for name, (code, evidence) in self.wrong.items()}

    def __repr__(self) -> str:
        return f"Checked({sorted(self.values)}, wrong={self.wrong})"


class FormInvalid(Refusal):
    """Some fields are wrong; ``checked.errors`` says which and why."""

    code = "form_invalid"

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        super().__init__(fields=", ".join(checked.wrong))

    @classmethod
    def of(cls, name: str, code: str, **evidence: Any) -> FormInvalid:
        """One wrong field."""
        return cls(Checked(wrong={name: (code, evidence)}))


def authorisation_form(plugin: Plugin) -> tuple[FormField, ...]:
    """The fields that the partner's authorisation asks for, in their order."""
    return plugin.form


def settings_form(plugin: Plugin) -> tuple[FormField, ...]:
    """What may be set for a connection of this partner afterwards (R16)."""
    return plugin.settings_form


def validate_form(plugin: Plugin, data: Mapping[str, Any]) -> Checked:
    """Read the authorisation form; fields that are not declared are left out."""
    return validate_fields(plugin.form, data)


def validate_fields(fields: Iterable[FormField], data: Mapping[str, Any]) -> Checked:
    """Read any declared fields: trimmed, defaults filled in, each rule of the declaration checked."""
    checked = Checked()
    for declared in fields:
        value = _given(declared, data)
        wrong = _fault(declared, value)
        if wrong is not None:
            # What is wrong with a secret must not repeat it.
            checked.wrong[declared.key] = wrong
        else:
            checked.values[declared.key] = value
    return checked


def _given(declared: FormField, data: Mapping[str, Any]) -> str:
    raw = data.get(declared.key)
    value = "" if raw is None else str(raw).strip()
    return value or declared.default


def _fault(declared: FormField, value: str) -> tuple[str, dict[str, Any]] | None:
    if not value:
        return ("field_required", {}) if declared.required else None
    limit = declared.max_length or LONGEST
    if len(value) > limit:
        return "field_too_long", {"limit": limit, "length": len(value)}
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        return "field_format", {}
    if declared.choices and value not in {choice for choice, _ in declared.choices}:
        return "field_choice", {} if declared.secret else {"value": value}
    if declared.pattern and not re.fullmatch(declared.pattern, value):
        return "field_format", {}
    return None


def needed_values(fields: Iterable[FormField], data: Mapping[str, Any]) -> dict[str, str]:
    """The values; raises :class:`FormInvalid`."""
    checked = validate_fields(fields, data)
    if checked.wrong:
        raise FormInvalid(checked)
    return checked.values

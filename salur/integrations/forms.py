"""Authorisation forms: the fields that a connector declares, checked on the server (R8 to R10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salur.connectors.base.capabilities import AuthMode, FormField, Plugin
from salur.foundation.problems import Refusal, Text, describe

LONGEST = 10_000  # of a field without a limit of its own
MODE = "mode"
"""Where the credentials keep the chosen way to authorise (see ``Plugin.modes``)."""
COMMAS = ",，、،"
"""What parts several values in one field: commas as people type them in the languages of the partners."""


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


def chosen_mode(plugin: Plugin, key: str) -> AuthMode | None:
    """The way to authorise of that key; None for a partner with one way. Raises :class:`FormInvalid` (R22)."""
    if not plugin.modes:
        return None
    if not key:
        raise FormInvalid.of(MODE, "field_required")
    found = next((mode for mode in plugin.modes if mode.key == key), None)
    if found is None:
        raise FormInvalid.of(MODE, "field_choice", value=key)
    return found


def authorisation_form(plugin: Plugin, mode: str = "") -> tuple[FormField, ...]:
    """The fields that the partner's authorisation asks for, in their order; raises :class:`FormInvalid`."""
    chosen = chosen_mode(plugin, mode)
    return plugin.form if chosen is None else chosen.form


def every_field(plugin: Plugin) -> tuple[FormField, ...]:
    """The fields of all ways to authorise; a key may come twice."""
    return (*plugin.form, *(declared for mode in plugin.modes for declared in mode.form))


def settings_form(plugin: Plugin) -> tuple[FormField, ...]:
    """What may be set for a connection of this partner afterwards (R16)."""
    return plugin.settings_form


def validate_form(plugin: Plugin, data: Mapping[str, Any], mode: str = "") -> Checked:
    """Read the authorisation form; fields that are not declared are left out."""
    return validate_fields(authorisation_form(plugin, mode), data)


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
    if declared.several:
        return ",".join(parts(raw)) or declared.default
    return ("" if raw is None else str(raw).strip()) or declared.default


def parts(given: Any) -> list[str]:
    """Several values given in one text (or as a list): trimmed, empty and repeated ones left out, in their order."""
    texts = given if isinstance(given, list | tuple) else [given]
    found = (part.strip() for text in texts if text is not None for part in re.split(f"[{COMMAS}]", str(text)))
    return list(dict.fromkeys(part for part in found if part))


def _fault(declared: FormField, value: str) -> tuple[str, dict[str, Any]] | None:
    if not value:
        return ("field_required", {}) if declared.required else None
    if not declared.several:
        return _fault_of_one(declared, value, declared.max_length or LONGEST)
    if len(value) > LONGEST:
        return "field_too_long", {"limit": LONGEST, "length": len(value)}
    for part in value.split(","):
        wrong = _fault_of_one(declared, part, declared.max_length or LONGEST)
        if wrong is not None:
            return _named_part(declared, part, *wrong)
    return None


def _named_part(declared: FormField, part: str, code: str, evidence: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Of several values, say which is wrong; of secrets none is repeated."""
    if declared.secret or code == "field_choice":
        return code, evidence
    named = {"field_too_long": "field_part_too_long", "field_format": "field_part_format"}
    return named[code], {**evidence, "value": part}


def _fault_of_one(declared: FormField, value: str, limit: int) -> tuple[str, dict[str, Any]] | None:
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


def field_named(fields: Iterable[FormField], word: str) -> str:
    """The key of the field that a partner complains of, by our key or by its own word; empty if it is none of them."""
    declared = list(fields)
    wanted = word.strip().casefold()
    by_key = (one.key for one in declared if one.key.casefold() == wanted)
    by_term = (one.key for one in declared if wanted in one.partner_term.casefold().split())
    return next(by_key, "") or next(by_term, "") if wanted else ""

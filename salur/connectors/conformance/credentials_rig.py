"""A partner's own test system: credentials from a file, and no power over it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from .rig import BareRig

KEYS = frozenset({"credentials", "settings", "skus"})


class BadFile(ValueError):
    """The credentials file cannot be used; the text says why."""


class CredentialsRig(BareRig):
    """Checks that need a power are bypassed here with that reason."""

    def __init__(self, file: Path) -> None:
        self.name = f"the partner behind {file.name}"
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadFile(f"{file}: {error}") from error
        if not isinstance(held, dict) or not isinstance(held.get("credentials"), dict) or held.keys() - KEYS:
            raise BadFile(f'{file} must be {{"credentials": {{...}}, "settings": {{...}}, "skus": [...]}}')
        self._values = {str(key): str(value) for key, value in held["credentials"].items()}
        self._values |= {str(key): str(value) for key, value in dict(held.get("settings", {})).items()}
        self.skus = [str(sku) for sku in held.get("skus", [])]

    def credentials(self) -> Mapping[str, str]:
        """What the file holds."""
        return dict(self._values)

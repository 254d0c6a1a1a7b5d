"""What was typed into a partner's form, as credentials and settings (R10, R22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.types import Credentials

from .forms import MODE, authorisation_form, needed_values
from .modes import with_hub_keys


def typed_credentials(plugin: Plugin, values: Mapping[str, Any], mode: str = "") -> Credentials:
    """The credentials as they are stored; raises FormInvalid, and HubKeysMissing before anybody is asked."""
    checked = needed_values(authorisation_form(plugin, mode), values)
    credentials = Credentials({**checked, MODE: mode} if plugin.modes else checked)
    with_hub_keys(plugin, credentials)
    return credentials


def chosen_settings(plugin: Plugin, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Only what was given: the rest may be chosen once connected, when the partner has told what there is."""
    given = {key: value for key, value in (settings or {}).items() if value not in (None, "")}
    return dict(needed_values((field for field in plugin.settings_form if field.key in given), given))

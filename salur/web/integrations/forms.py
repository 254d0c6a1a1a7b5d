"""The authorisation form: our name for the connection, then what the connector declares (R8 to R10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.connectors.base.capabilities import Plugin
from salur.foundation.problems import Text
from salur.integrations.channels import Channel
from salur.integrations.registry import STORE
from salur.web.formfields import COUNTRIES, DeclaredForm
from salur.web.words import sentences


class AuthoriseForm(DeclaredForm):
    """Fields of a connector. The service checks them; this form shows them, and the errors the service finds."""

    name = forms.CharField(label=_("Name here"), help_text=_("As it will be called in lists."), max_length=80)

    def __init__(self, *args: Any, plugin: Plugin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plugin.kind == STORE:
            codes = set(plugin.capabilities.countries)
            self.fields["country"] = forms.ChoiceField(
                label=_("Country of the store"),
                choices=[(code, name) for code, name in COUNTRIES if not codes or code in codes],
            )
        self.add_declared(plugin.form)
        self.settings_keys = {declared.key for declared in plugin.settings_form}

    def typed(self) -> dict[str, Any]:
        """What was typed, untouched: the service trims and checks it."""
        return {name: self.data.get(name, "") for name in self.fields if name not in ("name", "country")}

    def take_errors(self, errors: Mapping[str, Text]) -> None:
        """Put the service's errors at their fields; those of no field above the form."""
        for name, told in errors.items():
            self.add_error(name if name in self.fields else None, sentences(told.cause, told.cure))


class KeysForm(DeclaredForm):
    """New secrets of an account that exists: its other fields stay, so it stays the same account."""

    def __init__(self, *args: Any, plugin: Plugin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_declared(tuple(declared for declared in plugin.form if declared.secret))

    def typed(self) -> dict[str, Any]:
        """What was typed, untouched: the service trims and checks it."""
        return {name: self.data.get(name, "") for name in self.fields}

    def take_errors(self, errors: Mapping[str, Text]) -> None:
        """Put the service's errors at their fields; those of no field above the form."""
        for name, told in errors.items():
            self.add_error(name if name in self.fields else None, sentences(told.cause, told.cure))


class FileStoreForm(forms.Form):
    """A store of a channel without connector: its orders come by file or API."""

    name = forms.CharField(label=_("Name here"), help_text=_("As it will be called in lists."), max_length=80)
    country = forms.ChoiceField(label=_("Country of the store"), choices=COUNTRIES)
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3, help_text=_("For instance THB, IDR."))

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channel = channel

    def take_errors(self, errors: Mapping[str, Text]) -> None:
        """Put the service's errors at their fields."""
        for name, told in errors.items():
            self.add_error(name if name in self.fields else None, sentences(told.cause, told.cure))


class SettingsForm(DeclaredForm):
    """What a connection's settings form declares (R16)."""

    def __init__(self, *args: Any, plugin: Plugin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_declared(plugin.settings_form)

    def typed(self) -> dict[str, Any]:
        """What was typed, untouched."""
        return {name: self.data.get(name, "") for name in self.fields}

    def take_errors(self, errors: Mapping[str, Text]) -> None:
        """Put the service's errors at their fields."""
        for name, told in errors.items():
            self.add_error(name if name in self.fields else None, sentences(told.cause, told.cure))

"""Forms of connections: our own fields, then what the connector declares (R8 to R10, R16, R22, R27, R28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.connectors.base.capabilities import FormField, Plugin, WarehouseCapabilities
from salur.foundation.problems import Text
from salur.integrations.channels import Channel
from salur.integrations.registry import STORE
from salur.web.countries import country_choices
from salur.web.formfields import DeclaredForm
from salur.web.words import sentences

PLACE = "place"


class AuthoriseForm(DeclaredForm):
    """Fields of a connector. The service checks them; this form shows them, and the errors the service finds."""

    name = forms.CharField(label=_("Name here"), help_text=_("As it will be called in lists."), max_length=80)

    def __init__(
        self, *args: Any, plugin: Plugin, fields: tuple[FormField, ...], by_default: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if plugin.kind == STORE:
            self.fields["country"] = forms.ChoiceField(
                label=_("Country of the store"), choices=country_choices(plugin.capabilities.countries)
            )
        self.add_declared(fields)
        add_subscription(self, plugin, by_default=by_default)


def add_subscription(form: forms.Form, plugin: Plugin, *, by_default: bool) -> None:
    """The box for messages, where the partner sends any: we ask for them, or the user ticks it at the login (R27)."""
    can = plugin.capabilities
    if not isinstance(can, WarehouseCapabilities):
        return
    if can.messages_by == "login":
        form.fields["subscribed"] = forms.BooleanField(
            label=_("I am going to tick “Subscribe (to messages)” on the partner's login page"),
            help_text=_(
                "Ticked there, changes of your lists arrive here at once. Otherwise they come when Salur asks for "
                "them, or when you press “Refresh status”. The partner does not tell us, so please say it here."
            ),
            required=False,
            initial=True,
        )
    elif can.messages_by == "call" and "callbacks" in can.abilities:
        form.fields["subscribed"] = forms.BooleanField(
            label=_("Subscribe to messages"),
            help_text=_("Changes of your lists then arrive here at once; they are also asked for regularly."),
            required=False,
            initial=by_default,
        )


class KeysForm(DeclaredForm):
    """New secrets of an account that exists: its other fields stay, so it stays the same account."""

    def __init__(self, *args: Any, fields: tuple[FormField, ...], plugin: Plugin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_declared(fields)
        if "oauth" in plugin.capabilities.abilities:
            for field in self.fields.values():
                field.required = False
            if getattr(plugin.capabilities, "messages_by", "") == "login":
                add_subscription(self, plugin, by_default=True)


class FileStoreForm(forms.Form):
    """A store of a channel without connector: its orders come by file or API."""

    name = forms.CharField(label=_("Name here"), help_text=_("As it will be called in lists."), max_length=80)
    country = forms.ChoiceField(label=_("Country of the store"), choices=country_choices)
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


class PlaceForm(DeclaredForm):
    """What names one more warehouse of an account (R28)."""

    def __init__(self, *args: Any, plugin: Plugin, **kwargs: Any) -> None:
        super().__init__(*args, prefix=PLACE, **kwargs)
        self.add_declared(plugin.places_form)

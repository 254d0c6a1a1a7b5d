"""Forms that name their help and errors to screen readers, and fields made from a connector's declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext

from salur.connectors.base.capabilities import FormField
from salur.foundation.problems import Refusal, Text, describe
from salur.integrations.connect import FormInvalid, PartnerRefused
from salur.integrations.forms import COMMAS, field_named

from .words import sentences, told_words


def declared_field(declared: FormField) -> forms.Field:
    """An input for a declared field (R10): label, the partner's own term, origin as help, limit and form.

    The browser holds people to the same rules while they type; what counts is the service's check.
    """
    common: dict[str, Any] = {
        "label": gettext(declared.label),
        "help_text": gettext(declared.origin) if declared.origin else "",
        "required": declared.required,
        "initial": declared.default,
    }
    if declared.choices:
        choices = [(value, gettext(label)) for value, label in declared.choices]
        empty = [] if declared.required else [("", "–")]
        field: forms.Field = forms.ChoiceField(choices=[*empty, *choices], **common)
    else:
        limit = None if declared.several else declared.max_length or None
        field = forms.CharField(max_length=limit, widget=_widget(declared), strip=True, **common)
    # Read by components/field.html.
    marks = {"partner_term": declared.partner_term, "shows_limit": True, "several": declared.several}
    for name, value in {**marks, "each_limit": declared.max_length if declared.several else 0}.items():
        setattr(field, name, value)
    return field


def _widget(declared: FormField) -> forms.Widget:
    attributes: dict[str, Any] = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
    if rule := browser_pattern(declared):
        attributes |= {"pattern": rule, "title": gettext("Copy it as the partner shows it.")}
    if declared.several:
        attributes["data-several"] = ""
    if declared.secret:
        return forms.PasswordInput(attrs=attributes, render_value=False)
    return forms.TextInput(attrs=attributes)


def browser_pattern(declared: FormField) -> str:
    """The rule as a browser checks it: spaces around do not count, as on the server; empty: no rule."""
    if not declared.several:
        return rf"\s*(?:{declared.pattern})\s*" if declared.pattern else ""
    longest = str(declared.max_length) if declared.max_length else ""
    one = rf"(?:{declared.pattern})" if declared.pattern else f"[^{COMMAS}]{{0,{longest}}}"
    return rf"\s*(?:{one})?\s*(?:[{COMMAS}]\s*(?:{one})?\s*)*"


class DeclaredForm(forms.Form):
    """A form made of declared fields, after a few of our own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declared: list[FormField] = []

    def add_declared(self, declared: Sequence[FormField]) -> None:
        """Append the declared fields in their order."""
        for one in declared:
            self.declared.append(one)
            self.fields[one.key] = declared_field(one)

    def typed(self) -> dict[str, Any]:
        """What was typed into the declared fields, untouched: the service trims and checks it."""
        return {one.key: self.data.get(self.add_prefix(one.key), "") for one in self.declared}

    def take_errors(self, errors: Mapping[str, Text]) -> None:
        """Put the service's errors at their fields; those of no field above the form."""
        for name, told in errors.items():
            self.add_error(name if name in self.fields else None, sentences(told.cause, told.cure))

    def take_refusal(self, refusal: Refusal) -> None:
        """Show a refusal: by the field that it is about where there is one, else above the form."""
        if isinstance(refusal, FormInvalid):
            self.take_errors(refusal.checked.errors)
            return
        place = field_named(self.declared, refusal.field) if isinstance(refusal, PartnerRefused) else ""
        if place:
            self.take_errors({place: describe("field_refused", refusal.evidence)})
        else:
            self.add_error(None, told_words(refusal.text()))


def focus_first_error(*shown: forms.Form) -> None:
    """Let the browser begin at the first wrong field of the forms of a page: further down nobody would see it."""
    for form in shown:
        for name, field in form.fields.items():
            if name in form.errors:
                field.widget.attrs["autofocus"] = True
                return

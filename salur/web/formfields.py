"""Forms that name their help and errors to screen readers, and fields made from a connector's declaration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.connectors.base.capabilities import FormField


def declared_field(declared: FormField) -> forms.Field:
    """An input for a declared field (R10): label, the partner's own term, origin as help, limit.

    The server's check is the service's (``validate_form``); this one only shows.
    """
    common: dict[str, Any] = {
        "label": gettext(declared.label),
        "help_text": gettext(declared.origin) if declared.origin else "",
        "required": declared.required,
        "initial": declared.default,
    }
    field: forms.Field
    if declared.choices:
        field = forms.ChoiceField(choices=[(value, gettext(label)) for value, label in declared.choices], **common)
    else:
        widget = (
            forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
            if declared.secret
            else forms.TextInput(attrs={"autocomplete": "off"})
        )
        field = forms.CharField(max_length=declared.max_length or None, widget=widget, strip=True, **common)
    # Read by components/field.html.
    for name, value in (("partner_term", declared.partner_term), ("shows_limit", True)):
        setattr(field, name, value)
    return field


class DeclaredForm(forms.Form):
    """A form made of declared fields, after a few of our own."""

    def add_declared(self, declared: Sequence[FormField]) -> None:
        """Append the declared fields in their order."""
        for one in declared:
            self.fields[one.key] = declared_field(one)


COUNTRIES = (
    ("ID", _("Indonesia")),
    ("MY", _("Malaysia")),
    ("PH", _("Philippines")),
    ("SG", _("Singapore")),
    ("TH", _("Thailand")),
    ("VN", _("Vietnam")),
    ("TW", _("Taiwan")),
    ("BR", _("Brazil")),
    ("MX", _("Mexico")),
    ("US", _("United States")),
    ("CN", _("China")),
)

"""Forms of the settings."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.foundation.clock import now
from salur.tenancy.models import Role, User
from salur.tenancy.tokens import SCOPES


class MemberForm(forms.Form):
    """Somebody who has an account becomes a member."""

    email = forms.CharField(
        label=_("E-mail or user name"),
        help_text=_("The person needs an account here already. Accounts are made on the server, or by signing up."),
        max_length=254,
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.OPERATOR)

    person: User | None = None

    def clean_email(self) -> str:
        """Somebody who is known, and only one."""
        given: str = self.cleaned_data["email"]
        found = list(User.objects.filter(is_active=True, email__iexact=given)[:2])
        found = found or list(User.objects.filter(is_active=True, username=given)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("Nobody with this e-mail or user name has an account."))
        self.person = found[0]
        return given


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Name"), help_text=_("What uses it, for instance: reporting."), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("Allowed"), choices=lambda: list(SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Ends"),
        coerce=int,
        choices=[
            (30, _("after 30 days")),
            (90, _("after 90 days")),
            (365, _("after one year")),
            (0, pgettext_lazy("end of a token", "never")),
        ],
        initial=90,
    )

    def ends_at(self) -> datetime | None:
        """When the token ends."""
        days: int = self.cleaned_data["days"]
        return now() + timedelta(days=days) if days else None

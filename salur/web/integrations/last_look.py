"""The safety gate before push, as one sets it for one store (R93)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.flows.last_look import LEAST_FRESH, MOST_FRESH, MOST_WAIT, set_last_look
from salur.integrations.models import ConnectionState, LastLook, StoreConnection
from salur.web.access import MerchantRequest
from salur.web.acting import acting

LOOK = "last_look"


class LastLookForm(forms.Form):
    """The rule of one store."""

    last_look = forms.ChoiceField(
        label=_("Before a list is pushed"),
        choices=LastLook.choices,
        help_text=_("So that an order that was cancelled a moment ago is not shipped."),
    )
    look_fresh_seconds = forms.IntegerField(
        label=_("Needs no asking for so many seconds"),
        min_value=LEAST_FRESH,
        max_value=MOST_FRESH,
        help_text=_("After the store was last heard of: a sync, a message, an answer."),
    )
    look_wait_seconds = forms.IntegerField(
        label=_("Seconds to wait for an answer"),
        min_value=0,
        max_value=MOST_WAIT,
        help_text=_("Only where the list is then pushed all the same."),
    )

    def __init__(self, data: Mapping[str, Any] | None, store: StoreConnection) -> None:
        first = {name: getattr(store, name) for name in self.base_fields}
        super().__init__(data, prefix="look", initial=first)


def look_form(request: MerchantRequest, store: StoreConnection) -> LastLookForm | None:
    """For a store that can be asked; None for the others and for people who may not change it."""
    if store.by_file or store.state == ConnectionState.DISCONNECTED or not request.merchant.may_operate:
        return None
    return LastLookForm(request.POST if request.POST.get("action") == LOOK else None, store)


def save_look(request: MerchantRequest, store: StoreConnection, form: LastLookForm) -> bool:
    """Take over what was posted; False where the form is to be shown again."""
    if not form.is_valid():
        return False
    typed = form.cleaned_data
    with acting(request, "settings"):
        set_last_look(
            store.pk,
            typed["last_look"],
            fresh_seconds=typed["look_fresh_seconds"],
            wait_seconds=typed["look_wait_seconds"],
        )
    messages.success(request, gettext("Saved."))
    return True

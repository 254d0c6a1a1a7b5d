"""Holding, releasing, tagging, noting chosen orders, and shipping them anyway: one page that asks, then does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.holds import hold_orders, release_orders
from salur.flows.wishes import ship_anyway
from salur.foundation.clock import now
from salur.foundation.problems import Refusal, describe
from salur.orders.desk import LONGEST_NOTE, add_note, change_tags, tags_in_use
from salur.orders.models import HoldReason
from salur.outbound.queries import orders_named
from salur.tenancy.models import Role
from salur.tenancy.tags import TagsRefused, clean_tags, split_tags
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_left, tell_refusal
from salur.web.filters import row_ids
from salur.web.words import told_words

MOST = 200


class HoldForm(forms.Form):
    """Why, and until when."""

    reason = forms.ChoiceField(label=_("Reason"), choices=HoldReason.choices)
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    until = forms.DateTimeField(
        label=_("Release by itself at"),
        help_text=_("By the clock of your merchant's time zone. Empty: until somebody releases it."),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_until(self) -> Any:
        """Not in the past."""
        until = self.cleaned_data["until"]
        if until is not None and until <= now():
            raise forms.ValidationError(_("This time has passed."))
        return until


class NoteForm(forms.Form):
    """A note."""

    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 4}))


class TagForm(forms.Form):
    """Tags to put on and to take off."""

    add = forms.CharField(label=_("Put on"), help_text=_("Separated by comma."), required=False)
    remove = forms.CharField(label=_("Take off"), help_text=_("Separated by comma."), required=False)

    def clean(self) -> dict[str, Any]:
        """At least one tag, and none that cannot be kept."""
        super().clean()
        for name in ("add", "remove"):
            try:
                self.cleaned_data[name] = clean_tags(split_tags(self.cleaned_data.get(name, "")))
            except TagsRefused:
                self.add_error(name, _("A tag is too long, or there are too many."))
        if not self.errors and not (self.cleaned_data["add"] or self.cleaned_data["remove"]):
            self.add_error("add", _("Name at least one tag."))
        return self.cleaned_data


FORMS: dict[str, type[forms.Form]] = {
    "hold": HoldForm,
    "release": forms.Form,
    "note": NoteForm,
    "tag": TagForm,
    "ship_anyway": forms.Form,
}


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def orders_desk(request: MerchantRequest) -> HttpResponseBase:
    """A GET asks, a POST does it."""
    given = request.POST if request.method == "POST" else request.GET
    do, ids = given.get("do", ""), row_ids(given, "order", MOST)
    if do not in FORMS:
        raise Http404
    form = FORMS[do](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with acting(request, do):
                _do(request, do, ids, form.cleaned_data)
        except Refusal as refusal:
            tell_refusal(request, refusal)
        except TagsRefused:
            messages.error(request, gettext("A tag is too long, or there are too many."))
        return back_to(request, reverse("web:orders"))
    with reading(request):
        context = {
            "do": do,
            "form": form,
            "orders": orders_named(ids),
            "next": given.get("next", ""),
            "tags": tags_in_use() if do == "tag" else [],
        }
        return fragment_or_page(request, "web/orders/desk.html", context, status=422 if form.is_bound else 200)


def _do(request: MerchantRequest, do: str, ids: Sequence[int], asked: dict[str, Any]) -> None:
    if do == "hold":
        held = hold_orders(ids, asked["reason"], asked["note"], asked["until"])
        if n := len(held.done):
            messages.success(request, ngettext("%(n)s order is held.", "%(n)s orders are held.", n) % {"n": n})
        left = (told_words(describe(code, {})) for code in held.refused.values())
        tell_left(request, gettext("Not held (%(n)s): %(reason)s"), left)
        return
    if do == "ship_anyway":
        overruled = ship_anyway(ids)
        if n := len(overruled.done):
            told = ngettext("%(n)s order goes on.", "%(n)s orders go on.", n)
            messages.success(request, told % {"n": n})
        left = (told_words(describe(code, evidence)) for code, evidence in overruled.refused.values())
        tell_left(request, gettext("Left as they were (%(n)s): %(reason)s"), left)
        return
    if do == "release":
        n = len(release_orders(ids))
        told = ngettext("%(n)s order is released.", "%(n)s orders are released.", n)
    elif do == "note":
        n = add_note(ids, asked["note"])
        told = ngettext("The note stands on %(n)s order.", "The note stands on %(n)s orders.", n)
    else:
        n = change_tags(ids, add=asked["add"], remove=asked["remove"])
        told = ngettext("The tags of %(n)s order were changed.", "The tags of %(n)s orders were changed.", n)
    messages.success(request, told % {"n": n})

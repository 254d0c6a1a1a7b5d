"""An order's address corrected by hand: on its own page, and in place among all that wait for it (R113, R114)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from salur.connectors.base.types import Address
from salur.flows.addresses import correct_address, differing, leave_address_to_store
from salur.foundation.problems import Refusal
from salur.orders.models import Order
from salur.outbound.queries import find_order
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, refusal_text, tell_refusal
from salur.web.countries import country_choices
from salur.web.words import told_words

PARTS = ("name", "phone", "email", "district", "city", "province", "postal_code", "country")


@dataclass(frozen=True)
class Field:
    """One field of the form."""

    name: str
    label: str
    value: str


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def order_address(request: MerchantRequest, order_id: int) -> HttpResponseBase:
    """The form; a POST lets the address count, or takes the store's own again."""
    with reading(request):
        order = find_order(order_id)
        if order is None:
            raise Http404
        typed = address_of(order)
    status, told = 200, ""
    if request.method == "POST":
        typed = _typed(request.POST)
        try:
            with acting(request, "address"):
                if request.POST.get("do") == "store":
                    leave_address_to_store(order_id)
                else:
                    correct_address(order_id, typed)
        except Refusal as refusal:
            status, told = 422, told_words(refusal_text(refusal))
            if request.POST.get("next"):
                tell_refusal(request, refusal)
                return back_to(request, reverse("web:order", args=[order_id]))
        else:
            messages.success(request, gettext("The address is stored. The order goes on by itself."))
            return back_to(request, reverse("web:order", args=[order_id]))
    with reading(request):
        context = {
            "order": order,
            "fields": fields(typed),
            "country": typed.country,
            "countries": country_choices(),
            "at_store": differing(order),
            "refused": told,
        }
        return fragment_or_page(request, "web/orders/address.html", context, status=status)


def fields(address: Address) -> list[Field]:
    """The fields with what stands in them, but for the country."""
    first, *rest = [*address.lines, ""]
    return [
        Field("name", gettext("Name"), address.name),
        Field("phone", gettext("Telephone"), address.phone),
        Field("email", gettext("E-mail"), address.email),
        Field("address1", gettext("Address"), first),
        Field("address2", gettext("Address, second line"), ", ".join(part for part in rest if part)),
        Field("district", gettext("District"), address.district),
        Field("city", gettext("City"), address.city),
        Field("province", gettext("Province"), address.province),
        Field("postal_code", gettext("Postcode"), address.postal_code),
    ]


def address_of(order: Order) -> Address:
    """The address as the order has it."""
    return Address(
        order.recipient_name,
        order.recipient_phone,
        order.recipient_email,
        tuple(order.address_lines),
        order.district,
        order.city,
        order.province,
        order.postal_code,
        order.country,
    )


def _typed(sent: QueryDict) -> Address:
    lines = tuple(line for line in (sent.get("address1", ""), sent.get("address2", "")) if line.strip())
    return Address(lines=lines, **{name: sent.get(name, "").strip() for name in PARTS})

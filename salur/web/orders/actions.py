"""What may be done with chosen orders or lists: push again, refresh, arrange, stop at the warehouse, send after all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from salur.flows.arrange import arrange_now
from salur.flows.follow_up import refresh_now
from salur.flows.intercept import send_anew
from salur.flows.push_again import push_again
from salur.outbound.queries import ids_in_force, orders_of_lists
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, page, reading
from salur.web.acting import acting, back_to
from salur.web.filters import row_ids
from salur.web.outbound.handover import tell_arranged, to_progress
from salur.web.rules.trials import rule_trial_new

MOST = 200
ASKED_OF_LISTS = {"stop": "web:outbound_stop", "handover": "web:handover"}
DESK = ("hold", "release", "tag", "note", "ship_anyway")


@page(post=Role.OPERATOR)
def orders_bulk(request: MerchantRequest) -> HttpResponseBase:
    """Carry out the chosen action on the lists of the chosen orders, or on the chosen lists."""
    orders, lists = row_ids(request.POST, "order"), row_ids(request.POST, "outbound")
    if request.method != "POST" or not (orders or lists):
        messages.warning(request, gettext("Choose at least one order."))
        return back_to(request, "/orders/") if request.method == "POST" else redirect("web:orders")
    if len(orders) + len(lists) > MOST:
        messages.error(request, gettext("Choose at most %(most)s at a time.") % {"most": MOST})
        return back_to(request, "/orders/")
    if request.POST.get("action") in DESK and orders:
        asked = [("do", request.POST["action"]), *(("order", str(one)) for one in orders)]
        return redirect(f"{reverse('web:orders_desk')}?{urlencode([*asked, ('next', request.POST.get('next', ''))])}")
    if request.POST.get("action") in ASKED_OF_LISTS:
        with reading(request):
            chosen = ids_in_force(orders, lists)[:MOST]
        asked = [("outbound", str(one)) for one in chosen] + [("next", request.POST.get("next", ""))]
        return redirect(f"{reverse(ASKED_OF_LISTS[request.POST['action']])}?{urlencode(asked)}")
    if request.POST.get("action") == "arrange":
        with acting(request, "button"):
            arranged = arrange_now(ids_in_force(orders, lists))
        tell_arranged(request, arranged)
        return to_progress(request, arranged.due)
    if request.POST.get("action") == "move":
        with reading(request):
            chosen = sorted({*orders, *orders_of_lists(lists)})
        asked = [("order", str(one)) for one in chosen] + [("next", request.POST.get("next", ""))]
        return redirect(f"{reverse('web:orders_move')}?{urlencode(asked)}")
    if request.POST.get("action") == "trial" and orders:
        return rule_trial_new(request)
    with acting(request, "button"):
        if request.POST.get("action") == "anew":
            _tell_anew(request, send_anew(orders))
        else:
            _carry_out(request, ids_in_force(orders, lists))
    return back_to(request, "/orders/")


def _carry_out(request: MerchantRequest, ids: list[int]) -> None:
    action = request.POST.get("action", "")
    if action == "refresh":
        asked = refresh_now(ids)
        if not asked:
            messages.info(request, gettext("Nothing to ask for: no chosen list is under way at a warehouse."))
            return
        told = ngettext("%(n)s outbound list is being asked for.", "%(n)s outbound lists are being asked for.", asked)
        messages.success(request, told % {"n": asked})
    elif action == "push_again":
        again = len(push_again(ids))
        told = ngettext("%(n)s outbound list is judged again.", "%(n)s outbound lists are judged again.", again)
        messages.success(request, told % {"n": again})


def _tell_anew(request: MerchantRequest, n: int) -> None:
    told = ngettext("%(n)s order will be sent after all.", "%(n)s orders will be sent after all.", n)
    messages.success(request, told % {"n": n})

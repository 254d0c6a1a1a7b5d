"""What may be done with a run: stop it, run it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.failed_again import retry_failed_orders
from salur.flows.runs import retry_run, stop_run
from salur.integrations.calling import ConnectionPaused, NotConnected
from salur.orders.queries import find_run
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, page
from salur.web.acting import acting


@page(post=Role.OPERATOR)
def report_act(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Stop a run that waits or runs; run a failed one again; retry the failed orders of one that ended."""
    if request.method == "POST":
        with acting(request, "button"):
            if find_run(run_id) is None:
                raise Http404
            if request.POST.get("action") == "stop":
                stop_run(run_id)
            elif request.POST.get("action") == "retry":
                retry_run(run_id)
            elif request.POST.get("action") == "retry_failed":
                return redirect("web:report", _retry_failed(request, run_id))
    return redirect("web:report", run_id)


def _retry_failed(request: MerchantRequest, run_id: int) -> int:
    """The run to show: the new one, or this one with the reason why there is none."""
    try:
        run = retry_failed_orders(run_id)
    except (ConnectionPaused, NotConnected):
        messages.warning(request, gettext("The store is not connected, so nothing can be fetched from it."))
        return run_id
    if run is None:
        messages.warning(request, gettext("This run has no failed orders that can be asked for again."))
        return run_id
    messages.success(request, gettext("The sync has begun."))
    return run.pk

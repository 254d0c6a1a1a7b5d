"""What may be done with a run: stop it, run it again."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect

from salur.flows.runs import retry_run, stop_run
from salur.orders.queries import find_run
from salur.web.access import MerchantRequest, page
from salur.web.acting import acting


@page()
def report_act(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Stop a run that waits or runs; run a failed one again."""
    if request.method == "POST":
        with acting(request, "button"):
            if find_run(run_id) is None:
                raise Http404
            if request.POST.get("action") == "stop":
                stop_run(run_id)
            elif request.POST.get("action") == "retry":
                retry_run(run_id)
    return redirect("web:report", run_id)

"""Telling the warehouse of an inbound list: exactly once, whatever is lost on the way (R66, R71; design 8)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from salur.connectors.base.errors import AlreadyExists, UnknownOutcome
from salur.connectors.base.inbound import InboundRequest
from salur.connectors.base.types import PartnerRef
from salur.flows.inbound_cancel import cancel_inbound
from salur.flows.inbound_push import look_up_inbound, push_inbound_again, submit_inbound
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import change_draft
from salur.inbound.models import InboundList
from salur.integrations import registry
from salur.integrations.models import ExchangeRecord, WarehouseAccount
from tests.faults.killable import wait_for
from tests.flows.inbound_stage import InboundStage
from tests.flows.stage import side_by_side
from tests.inbound.partners import Partner, plugin_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stage(db: Any, sandbox: Any) -> InboundStage:
    return InboundStage(sandbox)


def created(stage: InboundStage) -> list[int]:
    return [one["times_created"] for one in stage.there().values()]


def test_r66_a_submitted_list_reaches_the_warehouse_and_its_goods_are_expected(stage: InboundStage) -> None:
    row = stage.pushed(("TEA", 10), ("CUP", 4))
    assert row.partner_number
    assert row.pushed_at is not None
    there = stage.there()[row.reference]
    assert (there["number"], there["planned"], there["times_created"]) == (row.partner_number, {"TEA": 10, "CUP": 4}, 1)
    assert (stage.figures("TEA"), stage.figures("CUP")) == ((0, 10), (0, 4))
    assert stage.attempts(row) == [("push", "pushed")]
    with stage.world.scope():
        assert ExchangeRecord.objects.filter(operation="createAsn", outcome="ok").count() == 1


def test_a_doubled_job_changes_nothing(stage: InboundStage) -> None:
    stage.submitted()
    assert [stage.push(), stage.push()] == [1, 0]
    assert created(stage) == [1]
    assert stage.movements("expect") == [(0, 10)]


@pytest.mark.parametrize("kind", ["cut_after", "error_after", "garbage"])
def test_an_answer_lost_after_acceptance_is_looked_up_and_never_sent_again(stage: InboundStage, kind: str) -> None:
    stage.fault("createAsn", kind)
    made = stage.submitted()
    stage.push()
    assert stage.row(made).push == "unknown"
    assert stage.figures() == (0, 0), "nothing is expected before it is known to be there"
    assert stage.push() == 0, "an unknown outcome must not be sent again"
    stage.look_up()
    stage.push()
    row = stage.row(made)
    assert row.push == "pushed"
    assert row.partner_number == stage.there()[row.reference]["number"]
    assert created(stage) == [1]
    assert stage.figures() == (0, 10)
    assert [kind for kind, _ in stage.attempts(made)] == ["push", "lookup"]


def test_the_look_up_waits_until_the_partner_has_settled(stage: InboundStage) -> None:
    stage.fault("createAsn", "cut_after")
    made = stage.submitted()
    stage.push()
    assert look_up_inbound(stage.merchant_id, stage.account_id) == 0
    assert stage.row(made).push == "unknown"


def test_what_certainly_did_not_arrive_is_pushed_again(stage: InboundStage) -> None:
    stage.fault("createAsn", "error_before")
    made = stage.submitted()
    stage.push()
    stage.look_up()
    assert stage.row(made).push == "ready"
    stage.push()
    assert (stage.row(made).push, created(stage)) == ("pushed", [1])
    assert [kind for kind, _ in stage.attempts(made)] == ["push", "lookup", "push"]


def test_a_lease_that_ran_out_makes_the_list_unknown_never_ready(stage: InboundStage) -> None:
    made = stage.submitted()
    with stage.world.scope():
        InboundList.objects.update(push="pushing", push_epoch=1, push_lease_until=now() - timedelta(minutes=5))
    assert stage.push() == 0
    look_up_inbound(stage.merchant_id, stage.account_id)
    stage.look_up()
    assert stage.row(made).push == "ready"
    stage.push()
    assert created(stage) == [1]


def test_a_late_answer_of_a_fenced_off_worker_is_kept_and_changes_nothing(stage: InboundStage) -> None:
    stage.fault("createAsn", "latency", seconds=2.0)
    made = stage.submitted()

    def slow() -> None:
        try:
            stage.push()
        finally:
            connections.close_all()

    worker = threading.Thread(target=slow)
    worker.start()
    wait_for(lambda: stage.row(made).push == "pushing")
    stage.let_leases_run_out()
    look_up_inbound(stage.merchant_id, stage.account_id)
    assert stage.row(made).push == "unknown"
    worker.join()
    assert stage.row(made).push == "unknown"
    assert stage.figures() == (0, 0)
    assert stage.attempts(made) == [("push", "pushed")]
    stage.look_up()
    assert (stage.row(made).push, created(stage), stage.figures()) == ("pushed", [1], (0, 10))


def test_429_waits_as_long_as_the_partner_asks_and_is_not_counted(stage: InboundStage) -> None:
    stage.fault("createAsn", "rate_limit", retry_after=300)
    made = stage.submitted()
    stage.push()
    row = stage.row(made)
    assert (row.push, row.push_attempts) == ("ready", 0)
    assert row.push_next_at is not None
    assert row.push_next_at > now() + timedelta(seconds=200)
    assert created(stage) == []


def test_r71_a_refusal_shows_the_partners_words_and_goes_again_after_the_cure(stage: InboundStage) -> None:
    stage.world.add_product("ODD")
    made = stage.submitted(("ODD", 2))
    stage.push()
    row = stage.row(made)
    assert row.push == "rejected"
    assert "ODD" in row.push_error_message
    assert stage.figures("ODD") == (0, 0)
    stage.sandbox.control("eccang/products", {"skus": ["ODD"], "quantity": 0, "warehouse": "TH01"})
    with stage.world.scope():
        assert push_inbound_again([made.pk]) == [made.pk]
    stage.push()
    assert stage.row(made).push == "pushed"
    assert stage.there()[made.reference]["times_created"] == 1


def test_refused_credentials_pause_the_account_and_keep_the_list(stage: InboundStage) -> None:
    known = stage.sandbox.look("credentials")["eccang"]
    wanted = {"customer_code": known["customer_code"], "app_token": "new", "app_key": "new"}
    stage.sandbox.control("eccang/accounts", wanted)
    made = stage.submitted()
    stage.push()
    with stage.world.scope():
        assert WarehouseAccount.objects.get(pk=stage.account_id).state == "paused"
    assert stage.row(made).push == "ready"
    assert stage.push() == 0


def test_two_workers_push_every_list_once(stage: InboundStage) -> None:
    lists = [stage.submitted(("TEA", n + 1)) for n in range(20)]
    side_by_side(stage.push, stage.push, stage.push)
    assert created(stage) == [1] * 20
    assert stage.figures() == (0, sum(range(1, 21)))
    assert {stage.row(made).push for made in lists} == {"pushed"}


class Knows(Partner):
    """Has our reference already, and says under which number."""

    capabilities = Partner.capabilities

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        raise AlreadyExists("dup", "known", ref="THEIRS-1")


class Warns(Partner):
    """Takes the list, but not its remark."""

    capabilities = Partner.capabilities

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        return PartnerRef("W-1", request.reference, warning="the remark was left out")


@pytest.mark.parametrize(
    ("connector", "number", "warning"), [(Knows, "THEIRS-1", ""), (Warns, "W-1", "the remark was left out")]
)
def test_a_list_that_the_partner_has_is_bound(
    stage: InboundStage, connector: type[Partner], number: str, warning: str
) -> None:
    plugin = plugin_of(connector)
    registry.register(plugin)
    try:
        with stage.world.scope():
            WarehouseAccount.objects.update(partner=plugin.name)
        row = stage.pushed()
    finally:
        registry.unregister(plugin)
    assert (row.partner_number, row.warning) == (number, warning)
    assert stage.figures() == (0, 10)


class Late(Partner):
    """Takes a list without an answer, does not find it at once, and knows it when it comes again."""

    capabilities = Partner.capabilities
    seen: set[str] = set()

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        if request.reference in self.seen:
            raise AlreadyExists("dup", "known", ref="LATE-1")
        self.seen.add(request.reference)
        raise UnknownOutcome("timeout", "no answer")


@pytest.mark.parametrize(("changed", "flags"), [(True, ["other_content"]), (False, [])])
def test_a_list_that_was_changed_after_a_lost_try_is_flagged_when_the_partner_had_the_first(
    stage: InboundStage, changed: bool, flags: list[str]
) -> None:
    plugin = plugin_of(Late)
    registry.register(plugin)
    try:
        with stage.world.scope():
            WarehouseAccount.objects.update(partner=plugin.name)
        made = stage.submitted(("TEA", 10))
        stage.push()
        stage.look_up()
        assert stage.row(made).push == "ready"
        if changed:
            with stage.world.scope():
                change_draft(made.pk, [WantedLine("TEA", 7)])
                submit_inbound(made.pk)
        stage.push()
    finally:
        registry.unregister(plugin)
        Late.seen.clear()
    row = stage.row(made)
    assert (row.push, row.partner_number, row.flags) == ("pushed", "LATE-1", flags)


def test_a_list_in_doubt_that_nobody_wants_any_more_is_void_once_it_is_certainly_not_there(stage: InboundStage) -> None:
    stage.fault("createAsn", "error_before")
    made = stage.submitted()
    stage.push()
    with stage.world.scope():
        assert cancel_inbound(made.pk).cancellation == "asked"
    stage.look_up()
    stage.push()
    row = stage.row(made)
    assert (row.push, row.cancellation, created(stage)) == ("void", "done", [])

"""Simulated JD's login, tokens and messages (jd.md, 1 and 7; contracts/jd/facts.md)."""

import json
from typing import Any

import pytest

from tests.sandbox.clients import Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.jd_client import PARAM, Jd, signature

DAY = 86400


@pytest.fixture
def jd(control: Control) -> Jd:
    return Jd(control)


def messages(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one[PARAM]) for one in receiver.json()]


def test_the_login_page_asks_for_the_pin_and_offers_messages(jd: Jd) -> None:
    page = jd.control.http.get("/jd/oauth2/to_login", params=jd.login_query())
    assert page.status_code == 200
    assert 'name="pin"' in page.text
    assert 'type="checkbox" name="subscribe"' in page.text


@pytest.mark.parametrize(
    "changed", [{"app_key": "NO"}, {"response_type": "token"}, {"redirect_uri": "javascript:x"}, {"scope": ""}]
)
def test_the_login_page_refuses_what_no_hub_would_send(jd: Jd, changed: dict[str, str]) -> None:
    answer = jd.control.http.post("/jd/oauth2/to_login", params=jd.login_query(**changed), data={"pin": jd.pin})
    assert answer.status_code == 400


def test_an_unknown_pin_stays_on_the_page(jd: Jd) -> None:
    form = {"pin": '"><script>'}
    answer = jd.control.http.post("/jd/oauth2/to_login", params=jd.login_query(), data=form)
    assert answer.status_code == 403
    assert "does not exist" in answer.text
    assert "<script>" not in answer.text


def test_a_code_works_once_for_its_app_within_ten_minutes(jd: Jd) -> None:
    code = jd.log_in()
    example = contract("jd", "examples/oauth2.access_token.json")["exchanges"]
    assert jd.exchange(code, app_secret="wrong") == {"code": 401, "msg": "app_key or app_secret is wrong"}
    issued = jd.exchange(code)
    assert set(issued) == set(example[0]["answer"]["json"])
    assert issued["expires_in"] == 30 * DAY
    assert jd.works(issued["access_token"])
    assert jd.exchange(code) == example[1]["answer"]["json"]
    late = jd.log_in()
    jd.control.post("clock", advance=601)
    assert jd.exchange(late)["code"] == 402


@pytest.mark.parametrize("name", ["app_key", "app_secret", "grant_type", "code"])
def test_every_parameter_of_the_exchange_is_needed(jd: Jd, name: str) -> None:
    assert jd.exchange(**{"code": jd.log_in(), name: ""})["code"] == 400


def test_grants_do_not_stand_in_for_each_other(jd: Jd) -> None:
    assert jd.exchange(jd.log_in(), grant_type="refresh_token")["code"] == 400
    issued = jd.exchange(jd.log_in())
    assert jd.refresh(issued["refresh_token"], grant_type="authorization_code")["code"] == 400
    assert jd.refresh(issued["access_token"])["code"] == 403


def test_a_refresh_token_works_once_and_the_old_access_token_a_little_longer(jd: Jd) -> None:
    first = jd.exchange(jd.log_in())
    second = jd.refresh(first["refresh_token"])
    assert jd.works(second["access_token"])
    assert jd.works(first["access_token"])
    jd.control.post("clock", advance=301)
    assert not jd.works(first["access_token"])
    assert jd.works(second["access_token"])
    assert jd.refresh(first["refresh_token"])["code"] == 403
    assert "access_token" in jd.refresh(second["refresh_token"])


def test_tokens_live_as_long_as_the_settings_say(jd: Jd) -> None:
    jd.control.post("settings", jd={"access_token_seconds": 3600, "refresh_token_seconds": 7200})
    issued = jd.exchange(jd.log_in())
    assert issued["expires_in"] == 3600
    jd.control.post("clock", advance=3000)
    assert jd.works(issued["access_token"])
    jd.control.post("clock", advance=601)
    assert not jd.works(issued["access_token"])
    jd.control.post("clock", advance=3600)
    assert jd.refresh(issued["refresh_token"])["code"] == 403


def test_a_new_login_ends_the_old_tokens_unless_told_otherwise(jd: Jd) -> None:
    first = jd.exchange(jd.log_in())["access_token"]
    second = jd.exchange(jd.log_in())["access_token"]
    assert not jd.works(first)
    jd.control.post("settings", jd={"login_ends_old": False})
    jd.exchange(jd.log_in())
    assert jd.works(second)


def test_control_ends_tokens(jd: Jd) -> None:
    issued = jd.exchange(jd.log_in())
    jd.control.post("jd/tokens", expire="access")
    assert not jd.works(issued["access_token"])
    issued = jd.refresh(issued["refresh_token"])
    assert jd.works(issued["access_token"])
    jd.control.post("jd/tokens", expire="all")
    assert not jd.works(issued["access_token"])
    assert jd.refresh(issued["refresh_token"])["code"] == 403


def test_controls_credentials_hold_a_pair_that_works(jd: Jd) -> None:
    given = jd.control.get("credentials")["jd"]
    assert set(given["quick_form"]) | set(given["app"]) | {"gateway_user"} == set(given["form"])
    assert given["form"]["base_url"] == f"{jd.control.url}/jd/routerjson"
    assert jd.works(given["tokens"]["access_token"])
    assert "access_token" in jd.refresh(given["tokens"]["refresh_token"])
    other = jd.control.post("jd/accounts", warehouses=[{"code": "110000900", "country": "VN"}])
    second = Jd(jd.control, other)
    assert (other["form"]["country"], other["form"]["warehouse_no"]) == ("VN", "110000900")
    assert second.works(other["tokens"]["access_token"])
    assert second.pin != jd.pin


def test_only_a_ticked_box_with_an_address_brings_messages(jd: Jd, receiver: Receiver) -> None:
    jd.control.post("jd/products", skus=["MUG-350-WHT"], quantity=9)
    jd.control.post("jd/callback", url=receiver.url)
    assert jd.works(jd.exchange(jd.log_in())["access_token"])
    jd.push("SILENT")
    assert jd.control.get("jd/subscriptions")["subscriptions"] == []
    assert jd.works(jd.exchange(jd.log_in(subscribe=True))["access_token"])
    assert jd.control.get("jd/subscriptions")["subscriptions"] == [
        {"pin": jd.pin, "app_key": jd.app_key, "callback": receiver.url}
    ]
    number = jd.push("R1")
    receiver.wait_for_count(1)
    assert jd.works(jd.exchange(jd.log_in())["access_token"])
    jd.push("SILENT-TOO")
    jd.control.post("tick")
    assert [one["eclpSoNo"] for one in messages(receiver)] == [number]


def test_messages_of_both_topics_are_signed_as_the_example(jd: Jd, receiver: Receiver) -> None:
    jd.control.post("jd/products", skus=["MUG-350-WHT"], quantity=9)
    jd.control.post("settings", jd={"callback_url": receiver.url})
    jd.control.post("jd/tokens", subscribe=True)
    jd.link()
    jd.push("R1")
    jd.announce("IN-1")
    jd.control.post("jd/orders/R1/status", status="10019")
    jd.control.post("jd/inbounds/IN-1/status", status="70")
    receiver.wait_for_count(4)
    bodies = receiver.json()
    for body in bodies:
        assert body["sign"] == signature(jd.secret, body)
    examples = contract("jd", "examples/message.json")["exchanges"]
    for body in bodies:
        example = next(one["request"]["json"] for one in examples if one["request"]["json"]["method"] == body["method"])
        assert set(body) == set(example)
        assert set(json.loads(body[PARAM])) == set(json.loads(example[PARAM]))
    news = messages(receiver)
    assert [one.get("soStatus") or one["poOrderStatus"] for one in news] == ["10010", "10", "10019", "70"]
    assert len({one["msgId"] for one in news}) == 4


def test_a_message_nobody_takes_comes_again_and_is_given_up(jd: Jd, receiver: Receiver) -> None:
    jd.control.post("jd/products", skus=["MUG-350-WHT"], quantity=9)
    jd.control.post("settings", jd={"callback_url": receiver.url, "callback_tries": 2, "callback_retry_seconds": 3600})
    jd.control.post("jd/tokens", subscribe=True)
    receiver.answer = 500
    jd.link().push("R1")
    receiver.wait_for_count(1)
    jd.control.post("tick")
    assert len(receiver.messages) == 1
    jd.control.post("clock", advance=3601)
    receiver.wait_for_count(2)
    jd.control.post("tick")
    counted = jd.control.get("counts")["callbacks"]["jd"]
    assert (counted["failed_tries"], counted["lost"], counted["waiting"]) == (2, 1, 0)


def test_a_message_may_come_twice(jd: Jd, receiver: Receiver) -> None:
    jd.control.post("jd/products", skus=["MUG-350-WHT"], quantity=9)
    jd.control.post("settings", jd={"callback_url": receiver.url})
    jd.control.post("jd/tokens", subscribe=True)
    jd.control.fault("jd", "callback", "duplicate")
    jd.link().push("R1")
    receiver.wait_for_count(2)
    first, second = receiver.json()[:2]
    assert first == second

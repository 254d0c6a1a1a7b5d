"""Simulated JD's router: signatures, system parameters, the forms of answers and errors (jd.md, 2 and 3)."""

from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.clients import Control, contract
from tests.sandbox.jd_client import PARAM, ZONE, Jd, signature, written

SIGNING = contract("jd", "signing.json")
VECTORS = {vector["name"]: vector for vector in SIGNING["vectors"]}
WORKED = VECTORS["the worked example"]
THEN = datetime(2024, 1, 2, 3, 4, 5, tzinfo=ZONE).timestamp()
#: What comes after the gateway let the vectors' calls through.
BUSINESS = {"3100", "3404"}


@pytest.fixture
def vectors(control: Control) -> Jd:
    control.post("jd/apps", app_key="EXAMPLEAPPKEY", app_secret="EXAMPLESECRET")
    given = control.post("jd/accounts", pin="EXAMPLEPIN", app_key="EXAMPLEAPPKEY", departments=["EBU0000000000101"])
    control.post("clock", now=THEN)
    control.post("jd/tokens", pin="EXAMPLEPIN", access_token="EXAMPLETOKEN")
    return Jd(control, given)


@pytest.fixture
def jd(control: Control) -> Jd:
    return Jd(control).link()


def play(jd: Jd, vector: dict[str, Any], *, sign: str = "", at: str = "", **changed: str) -> str:
    query = {**vector["params"], **changed, "sign": sign or vector["sign"]}
    param = {PARAM: vector[PARAM]}
    in_query = (at or vector["param_json_in"]) == "query"
    answer = jd.post({**query, **param}) if in_query else jd.post(query, param)
    assert answer.status_code == 200
    code: str = answer.json()["error_response"]["code"]
    return code


@pytest.mark.parametrize("at", ["query", "form"])
@pytest.mark.parametrize("name", sorted(VECTORS))
def test_each_vectors_signature_is_accepted_wherever_the_parameters_stand(vectors: Jd, name: str, at: str) -> None:
    code = play(vectors, VECTORS[name], at=at)
    assert code in (BUSINESS if "access_token" in VECTORS[name]["params"] else {"19"})


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_an_altered_signature_is_refused(vectors: Jd, name: str) -> None:
    sign = VECTORS[name]["sign"]
    assert play(vectors, VECTORS[name], sign=sign[:-1] + ("0" if sign[-1] != "0" else "1")) == "12"


@pytest.mark.parametrize("one", SIGNING["refused"], ids=lambda one: one["name"])
def test_other_ways_to_sign_are_refused(vectors: Jd, one: dict[str, str]) -> None:
    assert play(vectors, VECTORS[one["of"]], sign=one["sign"]) == "12"


def test_a_signature_fits_nothing_else(vectors: Jd) -> None:
    for changed in (
        {"access_token": "EXAMPLETOKEM"},
        {"timestamp": "2024-01-02 03:04:06"},
        {"method": "jingdong.eclp.order.queryOrder"},
        {"format": "json"},
    ):
        assert play(vectors, WORKED, **changed) == "12"


def test_time_may_be_six_minutes_off(vectors: Jd) -> None:
    for offset, codes in ((330, BUSINESS), (-330, BUSINESS), (400, {"8"}), (-400, {"8"})):
        vectors.control.post("clock", now=THEN + offset)
        assert play(vectors, WORKED) in codes


def test_the_clients_own_signature_agrees_with_the_vectors() -> None:
    for vector in (*SIGNING["vectors"], *SIGNING["messages"]):
        secret = vector["app_secret"]
        assert signature(secret, {**vector["params"], PARAM: vector[PARAM]}) == vector["sign"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"method": None}, "14"),
        ({"method": "jingdong.eclp.order.noSuchMethod"}, "15"),
        ({"method": "order.queryOrder"}, "15"),
        ({"app_key": None}, "21"),
        ({"app_key": "OTHER"}, "21"),
        ({"v": None}, "4"),
        ({"v": "1.0"}, "5"),
        ({"timestamp": None}, "7"),
        ({"timestamp": "2024-01-02T03:04:05"}, "8"),
        ({"access_token": None}, "19"),
        ({"access_token": "other"}, "19"),
    ],
)
def test_each_system_parameter_is_checked(jd: Jd, changed: dict[str, str | None], code: str) -> None:
    assert jd.bad("master.queryDept", **changed) == code


def test_a_missing_signature_has_its_own_code(jd: Jd) -> None:
    assert jd.bad("master.queryDept", sign="") == "11"


def test_utc_is_not_the_routers_time(jd: Jd) -> None:
    now = jd.control.get("clock")["now"]
    assert jd.bad("master.queryDept", timestamp=written(now - 8 * 3600)) == "8"


@pytest.mark.parametrize("in_query", [True, False])
@pytest.mark.parametrize("form", ["json", None])
def test_a_call_works_in_every_documented_form(jd: Jd, in_query: bool, form: str | None) -> None:
    answer = jd.ask("master.queryDept", {}, in_query=in_query, format=form)
    rows = answer["jingdong_eclp_master_queryDept_responce"]["querydept_result"]
    assert rows[0]["deptNo"] == jd.dept


def test_the_router_takes_post_only(jd: Jd) -> None:
    query = jd.system("master.queryDept")
    query["sign"] = signature(jd.secret, {**query, PARAM: "{}"})
    assert jd.control.http.get("/jd/routerjson", params={**query, PARAM: "{}"}).status_code == 405


@pytest.mark.parametrize("param", ["{", "[]", '"x"'])
def test_business_parameters_must_be_a_json_object(jd: Jd, param: str) -> None:
    assert jd.bad("master.queryDept", param) == "3100"


def test_the_root_may_be_spelt_rightly(jd: Jd) -> None:
    jd.control.post("settings", jd={"root": "_response"})
    assert list(jd.ask("master.queryDept", {})) == ["jingdong_eclp_master_queryDept_response"]


def test_over_the_limit_is_code_2(jd: Jd) -> None:
    jd.control.post("settings", jd={"rate_limit_per_second": 0.01})
    answers = [jd.ask("master.queryShipper", {}) for _ in range(3)]
    refused = [one["error_response"]["code"] for one in answers if "error_response" in one]
    assert set(refused) == {"2"}
    assert jd.control.count("jd", "master.queryShipper")["refused"] == {"2": len(refused)}


def test_a_token_opens_its_own_pin_only(jd: Jd) -> None:
    other = Jd(jd.control, jd.control.post("jd/accounts", pin="other_merchant")).link()
    assert (other.app_key, other.secret) == (jd.app_key, jd.secret)
    assert other.dept != jd.dept
    jd.control.post("jd/products", skus=["MUG-350-WHT"], quantity=5)
    number = jd.push("R1")
    assert other.bad("order.queryOrder", {"eclpSoNo": number}) == "3404"
    assert other.bad("stock.queryStock", {"deptNo": jd.dept, "warehouseNo": jd.warehouse}) == "3401"
    assert other.bad("order.addOrder", jd.order("R2")) == "3401"
    assert other.good("master.queryDept")["querydept_result"][0]["deptNo"] == other.dept


def test_a_token_serves_only_the_app_it_was_given_to(jd: Jd) -> None:
    jd.control.post("jd/apps", app_key="SECOND", app_secret="SECONDSECRET")
    jd.app_key, jd.secret = "SECOND", "SECONDSECRET"
    assert jd.bad("master.queryDept") == "19"

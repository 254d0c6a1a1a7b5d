"""The router's own checks before a method runs, and how it answers (jd.md, 2 and 3)."""

import json
from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.jd import goods, inbound, master, outbound, outbound_reads
from salur.sandbox.jd.call import Call
from salur.sandbox.jd.eclp import Eclp
from salur.sandbox.jd.fields import FIELD, refuse, unix_of
from salur.sandbox.jd.model import Account
from salur.sandbox.jd.signing import PARAM_JSON, sign

PREFIX = "jingdong.eclp."
METHODS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "goods.transportGoodsInfo": goods.transport_goods_info,
    "goods.updateGoodsInfo": goods.update_goods_info,
    "goods.queryGoodsInfo": goods.query_goods_info,
    "po.addPoOrder": inbound.add_po_order,
    "po.queryPoOrder": inbound.query_po_order,
    "po.cancalPoOrder": inbound.cancal_po_order,  # the vendor's spelling
    "po.closePo": inbound.close_po,
    "order.addOrder": outbound.add_order,
    "order.cancelOrder": outbound.cancel_order,
    "order.queryOrderStatus": outbound_reads.query_order_status,
    "order.queryOrder": outbound_reads.query_order,
    "order.queryOrderPacks": outbound_reads.query_order_packs,
    "order.queryOrderListByStatus": outbound_reads.query_order_list_by_status,
    "order.queryOrderList": outbound_reads.query_order_list,
    "stock.queryStock": goods.query_stock,
    "master.queryDept": master.query_dept,
    "master.queryWarehouse": master.query_warehouse,
    "master.queryShipper": master.query_shipper,
    "master.queryShop": master.query_shop,
    "master.querySpSource": master.query_sp_source,
    "master.querySupplier": master.query_supplier,
}
#: Code, Chinese and English words (contracts/jd/statuses.csv, machine gateway).
LIMIT = ("2", "限制时间内调用失败次数", "App Call Limited")
NO_VERSION = ("4", "缺少版本参数", "Missing Version")
BAD_VERSION = ("5", "不支持的版本号", "Unsupported Version")
NO_TIME = ("7", "缺少时间戳参数", "Missing Timestamp")
BAD_TIME = ("8", "非法的时间戳参数", "Invalid Timestamp")
NO_SIGN = ("11", "缺少签名参数", "Missing Signature")
BAD_SIGN = ("12", "无效签名", "Invalid Signature")
NO_METHOD = ("14", "缺少方法名参数", "Missing Method")
BAD_METHOD = ("15", "不存在的方法名", "Invalid Method")
BAD_TOKEN = ("19", "无效access_token", "Invalid Access Token")
BAD_APP = ("21", "无效app_key", "Invalid App Key")


def admit(eclp: Eclp, params: dict[str, str]) -> Account:
    """The account that a call may act for; raises Refusal with the gateway's code."""
    method = params.get("method", "")
    if not method:
        raise refuse(*NO_METHOD)
    if method.removeprefix(PREFIX) not in METHODS or not method.startswith(PREFIX):
        raise refuse(*BAD_METHOD)
    app = eclp.apps.get(params.get("app_key", ""))
    if app is None:
        raise refuse(*BAD_APP)
    if not params.get("v"):
        raise refuse(*NO_VERSION)
    if params["v"] != "2.0":
        raise refuse(*BAD_VERSION)
    _check_time(eclp, params.get("timestamp", ""))
    if not params.get("sign"):
        raise refuse(*NO_SIGN)
    if params["sign"] != sign(app.app_secret, params):
        raise refuse(*BAD_SIGN)
    pin = eclp.tokens.pin_of(app.app_key, params.get("access_token", ""))
    if pin is None or pin not in eclp.accounts:
        raise refuse(*BAD_TOKEN)
    return eclp.accounts[pin]


def _check_time(eclp: Eclp, written: str) -> None:
    if not written:
        raise refuse(*NO_TIME)
    try:
        off = abs(unix_of(written) - eclp.core.clock.seconds())
    except ValueError as problem:
        raise refuse(*BAD_TIME) from problem
    if off > eclp.settings.timestamp_tolerance:
        raise refuse(*BAD_TIME)


def answer(eclp: Eclp, params: dict[str, str]) -> Outcome:
    """Check a call and carry it out."""
    try:
        account = admit(eclp, params)
        method = params["method"]
        result = METHODS[method.removeprefix(PREFIX)](Call(eclp, account, _business(params)))
    except Refusal as refusal:
        return Outcome(error(refusal), refused=refusal)
    return Outcome({method.replace(".", "_") + eclp.settings.root: {"code": "0", **result}})


def _business(params: dict[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(params.get(PARAM_JSON) or "{}")
    except ValueError as problem:
        raise refuse(FIELD, f"{PARAM_JSON} 格式错误", f"{PARAM_JSON} is not JSON") from problem
    if not isinstance(found, dict):
        raise refuse(FIELD, f"{PARAM_JSON} 格式错误", f"{PARAM_JSON} must be an object")
    return found


def error(refusal: Refusal) -> dict[str, Any]:
    """The form of every refusal."""
    words = refusal.extra.get("zh_desc", refusal.reason)
    return {"error_response": {"code": refusal.code, "zh_desc": words, "en_desc": refusal.reason}}


class RouterDialect:
    """JSON with HTTP 200, also for refusals."""

    partner = "jd"

    def render(self, outcome: Outcome) -> Response:
        """The reply."""
        return Response(json_bytes(outcome.payload or {}), media_type="application/json;charset=UTF-8")

    def too_many(self, _retry_after: int) -> Response:
        """The gateway's code for it; it names no time (jd.md, 3)."""
        return self.render(Outcome(error(refuse(*LIMIT))))

    def broken(self) -> Response:
        """What a proxy in front of the router says."""
        return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", 500, media_type="text/html")

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last row of the list in the answer."""
        for body in payload.values():
            for result in body.values():
                inner = result.values() if isinstance(result, dict) else [result]
                for rows in inner:
                    if isinstance(rows, list) and rows:
                        rows.append(rows[-1])
                        return


class OauthDialect(RouterDialect):
    """The login host answers in a form of its own (assumed)."""

    def too_many(self, _retry_after: int) -> Response:
        """Refused like everything else there."""
        return JSONResponse({"code": 429, "msg": "too many requests"})

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """There are no lists."""

"""ECCANG's failures to error classes: one table, read from the top.

The vendor's list of codes was not found (contract sheet, A.2), so most rows go by words of the message, in
English and Chinese. What no row knows is :class:`Rejected`: a person sees the warehouse's own words.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.transport import Effect


class NotFound(Rejected):
    """The warehouse does not know the thing asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """``codes`` any of which is the answer's, or ``words`` any of which its message holds (lower case)."""

    result: type[PartnerError]
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


ABSENT = (
    "not exist",
    "not found",
    "no such",
    "no data",
    "no record",
    "不存在",
    "未找到",
    "找不到",
    "没有找到",
    "无数据",
)

TABLE: tuple[Row, ...] = (
    Row(AuthRejected, codes=("50001",)),
    Row(
        AuthRejected,
        words=(
            "apptoken",
            "app token",
            "app_token",
            "appkey",
            "app key",
            "app_key",
            "unauthori",
            "authentication",
            "authorization",
            "鉴权",
            "认证",
            "授权",
        ),
    ),
    Row(RateLimited, codes=("429",), words=("too many", "too frequent", "rate limit", "频繁", "限流")),
    Row(NotFound, words=ABSENT),
    Row(AlreadyExists, words=("already exist", "exists", "duplicate", "已存在", "重复")),
    Row(TooLate, words=("already shipped", "has been shipped", "picking is finished", "已出库", "已发货", "已下架")),
    Row(
        Retryable,
        words=("system error", "system busy", "try again", "timeout", "timed out", "系统异常", "系统繁忙", "稍后"),
    ),
)


# Words that show that a message speaks of the outbound list itself, not of its SKU, service or customer.
OF_THE_LIST = ("reference", "order", "record", "data", "参考", "单号", "订单", "数据", "记录")


def speaks_of_the_list(message: str) -> bool:
    """Is the outbound list meant? "The reference exists" is; "duplicate product_sku" is not."""
    said = message.lower()
    return any(word in said for word in OF_THE_LIST)


def class_of(code: str, message: str) -> type[PartnerError]:
    """The class for a failure."""
    said = message.lower()
    for row in TABLE:
        if code in row.codes or any(word in said for word in row.words):
            return row.result
    return Rejected


def error_for(code: str, message: str, effect: Effect, exchange_id: str = "") -> PartnerError:
    """The error to raise for an answer with ``ask`` Failure."""
    kind = class_of(code, message)
    if kind is Retryable and effect is Effect.CREATE:
        kind = UnknownOutcome  # "system error" does not say how far the warehouse got
    return kind(code, message, exchange_id=exchange_id)

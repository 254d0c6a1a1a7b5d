"""Failures to error classes: one table, read from the top.

The standard has no list of codes (contract sheet, 2), so rows go by words of the message, in English and Chinese.
What no row knows is :class:`Rejected`: a person sees the warehouse's own words.
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
    """The warehouse does not know the document asked for."""


class NoSuchItem(Rejected):
    """The warehouse does not know the product."""


class ClockApart(Retryable):
    """Our clock or theirs is wrong: certainly nothing was done, and neither keys nor content are at fault."""


class UnknownPlace(Rejected):
    """The warehouse number or the owner of the goods is not theirs."""


@dataclass(frozen=True, slots=True)
class Row:
    """``codes`` one of which the answer's begins with, or ``words`` any of which its message holds (lower case)."""

    result: type[PartnerError]
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


TABLE: tuple[Row, ...] = (
    Row(
        AuthRejected,
        codes=("sign-check-failure", "invalid-app-key", "invalid-customer"),
        words=("sign is", "signature", "sign check", "app_key", "appkey", "customerid", "unauthori", "签名", "鉴权"),
    ),
    Row(ClockApart, codes=("invalid-timestamp",), words=("timestamp",)),
    Row(RateLimited, codes=("429",), words=("too many", "too frequent", "rate limit", "flow control", "限流", "频繁")),
    Row(
        UnknownPlace,
        codes=("warehouse-not-found", "owner-not-found"),
        words=("warehousecode", "warehouse code", "ownercode", "owner code", "仓库不存在", "仓库编码", "货主"),
    ),
    Row(AlreadyExists, words=("already exist", "exists already", "duplicate", "repeated", "已存在", "重复")),
    Row(
        NotFound,
        codes=("order-not-found",),
        words=("no delivery order", "no entry order", "no order", "单据不存在", "订单不存在", "未找到"),
    ),
    Row(NoSuchItem, codes=("item-not-found",), words=("itemcode", "商品不存在", "货品不存在")),
    Row(TooLate, words=("already shipped", "已发货", "已出库", "已拣货")),
    Row(Retryable, words=("system error", "busy", "try again", "timeout", "系统异常", "系统繁忙", "稍后")),
)


def class_of(code: str, message: str) -> type[PartnerError]:
    """The class for a failure."""
    said, named = message.lower(), code.lower()
    for row in TABLE:
        if any(named.startswith(one) for one in row.codes) or any(word in said for word in row.words):
            return row.result
    return Rejected


def error_for(code: str, message: str, effect: Effect, exchange_id: str = "") -> PartnerError:
    """The error to raise for an answer whose flag is failure."""
    kind = class_of(code, message)
    if kind is Retryable and effect is Effect.CREATE:
        kind = UnknownOutcome  # "system error" does not say how far the warehouse got
    return kind(code, message, exchange_id=exchange_id)

"""When stock counts as low: a default of the merchant, and figures of single products and warehouses."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .models import Balance, StockSettings

MOST_PIECES = 1_000_000_000
WEEKS = (1, 26)

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "low_stock_setting",
        _("This setting cannot be taken"),
        _("A low-stock level is 0 to %(most)s pieces, and sales are looked at over %(weeks)s weeks."),
        _("Correct the figure and save again."),
        "owner",
    ),
)


class SettingRefused(Refusal):
    """A level or a number of weeks that makes no sense."""

    code = "low_stock_setting"


def read_settings() -> StockSettings:
    """The merchant's settings; defaults where nothing was ever set (not saved then)."""
    return StockSettings.objects.first() or StockSettings()


def _checked(low_at: int | None) -> None:
    if low_at is not None and not 0 <= low_at <= MOST_PIECES:
        raise SettingRefused(most=MOST_PIECES, weeks="1–26")


def change_settings(*, low_at: int | None, cover_weeks: int) -> StockSettings:
    """Set the default level and the weeks (inside a scope); products without a figure of their own follow at once.

    Raises :class:`SettingRefused`.
    """
    _checked(low_at)
    if not WEEKS[0] <= cover_weeks <= WEEKS[1]:
        raise SettingRefused(most=MOST_PIECES, weeks="1–26")
    known = read_settings()
    moved = known.low_at != low_at
    known.low_at, known.cover_weeks = low_at, cover_weeks
    known.save()
    if moved:
        following = Balance.objects.filter(low_own=False)
        lock_ids("stock_balance", current_scope().merchant_id, following.values_list("pk", flat=True))
        following.update(low_at=low_at)  # all of them are held; a list of their ids would be as long as the stock list
    audit.record("stock.settings", "", low_at=low_at, cover_weeks=cover_weeks)
    return known


def set_levels(balance_ids: Sequence[int], low_at: int | None, *, own: bool = True) -> int:
    """Give balances a level of their own (None: nobody is told), or let them follow the default again (inside a scope).

    Answers how many there were. Raises :class:`SettingRefused`.
    """
    _checked(low_at)
    level = low_at if own else read_settings().low_at
    held = lock_ids("stock_balance", current_scope().merchant_id, set(balance_ids))
    changed = Balance.objects.filter(pk__in=held).update(low_at=level, low_own=own)
    audit.record("stock.low_level", "", balances=held[:100], count=changed, low_at=level, own=own)
    return changed

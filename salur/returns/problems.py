"""What may go wrong with returns, in people's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem, Refusal

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "return_not_shipped",
        _("Nothing of this list has left"),
        _("%(reference)s is not shipped, as far as is known."),
        _("If it was stopped, its stock is free again by itself; nothing comes back."),
        "operator",
    ),
    Problem(
        "return_nothing_left",
        _("All of it came back, or is expected already"),
        _("%(reference)s has an open return, or all its pieces came back."),
        _("Look at its returns."),
        "operator",
    ),
    Problem(
        "return_too_many",
        _("More than can come back"),
        _("Of %(msku)s at most %(most)s can come back; %(given)s are said to."),
        _("Correct the figures. Pieces of another order belong to its own return."),
        "operator",
    ),
    Problem(
        "return_less",
        _("Less than was received before"),
        _("Of %(msku)s %(good)s good and %(damaged)s damaged pieces are received already."),
        _("Give all pieces that came so far. To take pieces out, set the stock by hand."),
        "operator",
    ),
    Problem(
        "return_closed",
        _("This return is closed"),
        _("%(reference)s takes nothing more."),
        _("Make a new return for what comes later."),
        "operator",
    ),
    Problem(
        "return_warehouse_off",
        _("This warehouse is switched off"),
        _("%(warehouse)s is switched off."),
        _("Choose another warehouse, or switch it on first."),
        "operator",
    ),
)


class ReturnRefused(Refusal):
    """Nothing is changed; the code says why."""

    code = "return_closed"

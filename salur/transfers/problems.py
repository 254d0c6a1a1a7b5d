"""What may go wrong with transfers, in people's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem, Refusal

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "transfer_same",
        _("Source and target are the same warehouse"),
        _("A transfer goes from one warehouse to another."),
        _("Choose two warehouses."),
        "operator",
    ),
    Problem(
        "transfer_line_twice",
        _("Listed twice"),
        _("%(sku)s stands in line %(line)s already."),
        _("Add the quantities up in one line."),
        "operator",
    ),
    Problem(
        "transfer_short",
        _("Not enough is free at the source"),
        _("%(detail)s"),
        _("Send fewer pieces, or cancel or move the orders that hold them."),
        "operator",
    ),
    Problem(
        "transfer_not_draft",
        _("This transfer is no draft any more"),
        _("%(reference)s was sent or cancelled."),
        _("Make a new one."),
        "operator",
    ),
    Problem(
        "transfer_not_sent",
        _("This transfer is not under way"),
        _("%(reference)s is a draft, or has ended."),
        _("Look at its state."),
        "operator",
    ),
    Problem(
        "transfer_awaited",
        _("The target still expects these goods"),
        _("%(warehouse)s has not ended the inbound list %(inbound)s."),
        _("Wait for it, complete the list, or call it off first."),
        "operator",
    ),
    Problem(
        "transfer_unsettled",
        _("The pieces do not add up"),
        _("Of %(msku)s %(open)s are missing, but %(given)s are said to be back or lost."),
        _("Say of each missing piece whether it is back at the source or lost."),
        "operator",
    ),
    Problem(
        "transfer_reason",
        _("A reason is missing"),
        _("%(lost)s pieces are to be taken as lost."),
        _("Write why, for whoever looks at the stock later."),
        "operator",
    ),
)


class TransferRefused(Refusal):
    """Nothing is changed; the code says why."""

    code = "transfer_not_sent"

"""What stands in the way of picking, packing and shipping in an own warehouse, in people's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "floor_stop",
        _("STOP: cancelled"),
        _("Order %(order)s was cancelled or stopped. Do not send the parcel."),
        _("Put the goods back on the shelf. Their stock is free again already."),
        "operator",
    ),
    Problem(
        "floor_hold",
        _("WAIT: the buyer wants to cancel"),
        _("The buyer of order %(order)s has asked %(store)s to cancel it."),
        _("Put the parcel aside. Accept or refuse the cancellation on the order's page; it then goes on, or stops."),
        "operator",
    ),
    Problem(
        "floor_void",
        _("This list is void"),
        _("The outbound list %(reference)s is no longer in force."),
        _("Open order %(order)s: it names the list that counts now."),
        "operator",
    ),
    Problem(
        "floor_gone",
        _("Shipped already"),
        _("The outbound list %(reference)s has left the warehouse."),
        _("Nothing to do."),
        "nobody",
    ),
    Problem(
        "floor_partner",
        _("This is a partner's warehouse"),
        _("The outbound list %(reference)s is packed by the partner's people, who report on it."),
        _("Refresh its status instead."),
        "operator",
    ),
    Problem(
        "floor_not_ready",
        _("Not ready for picking"),
        _("The outbound list %(reference)s waits: %(reason)s."),
        _("Its page says what is missing and who acts."),
        "operator",
    ),
    Problem(
        "floor_ahead",
        _("It is at this stage already"),
        _("The outbound list %(reference)s is in the state “%(state)s”."),
        _("Nothing to do. To take a step back, use the button for it on the list's packing page."),
        "nobody",
    ),
    Problem(
        "floor_not_begun",
        _("Nothing to take back"),
        _("Nobody has begun to pick the outbound list %(reference)s."),
        _("Nothing to do."),
        "nobody",
    ),
    Problem(
        "scan_wrong",
        _("Not in this parcel"),
        _("“%(scanned)s” is no barcode or MSKU of the outbound list %(reference)s."),
        _("Put this piece back and scan the right one."),
        "operator",
    ),
    Problem(
        "scan_too_many",
        _("One too many"),
        _("%(msku)s: only %(quantity)s in the outbound list %(reference)s, and they are scanned already."),
        _("Put this piece back."),
        "operator",
    ),
    Problem(
        "scan_done",
        _("Packed already"),
        _("All pieces of the outbound list %(reference)s are in the parcel."),
        _("Close the parcel and ship it, or take the step back to scan again."),
        "operator",
    ),
    Problem(
        "scan_unknown",
        _("Nothing found"),
        _("“%(scanned)s” is no order number, reference, AWB number or pick list of an own warehouse."),
        _("Scan the barcode on the pick list, packing slip or label again."),
        "operator",
    ),
    Problem(
        "ship_number_missing",
        _("The AWB number is missing"),
        _("The outbound list %(reference)s has no AWB number yet."),
        _("Type the courier's number, or say that the parcel goes without one."),
        "operator",
    ),
    Problem(
        "ship_number_long",
        _("The AWB number is too long"),
        _("At most %(most)s characters can be kept for %(reference)s."),
        _("Type the number as it is printed under the label's barcode."),
        "operator",
    ),
    Problem(
        "ship_number_differs",
        _("Another AWB number than the store's"),
        _("The store gave %(given)s for %(reference)s, and %(awb)s was typed."),
        _("Use the store's label and number: the store knows the parcel by them."),
        "operator",
    ),
    Problem(
        "ship_number_in_use",
        _("AWB number used by another order"),
        _("%(awb)s stands on another order's parcel already, and one number is one parcel."),
        _("Look at the two labels and type the right number for order %(order)s."),
        "operator",
    ),
    Problem(
        "short_figure",
        _("Check the figure"),
        _("%(needed)s are needed for %(reference)s; a shortage is any whole number from 0 to one less."),
        _("Type how many pieces were found on the shelf."),
        "operator",
    ),
)

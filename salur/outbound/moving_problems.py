"""What stands in the way of sending an order from elsewhere, or in one parcel with another, in people's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "move_pushed",
        _("The warehouse has it already"),
        _("The outbound list %(reference)s is at %(warehouse)s, so its goods cannot be sent from elsewhere now."),
        _("Stop it there first. When the warehouse has stopped it, choose “Send it after all”, then move it."),
        "operator",
    ),
    Problem(
        "move_ended",
        _("Nothing left to move"),
        _("Order %(order)s is in the status “%(status)s”."),
        _("Nothing to do."),
        "nobody",
    ),
    Problem(
        "move_there_already",
        _("It is sent from there already"),
        _("Order %(order)s goes from %(warehouse)s as it is."),
        _("Choose another warehouse."),
        "operator",
    ),
    Problem(
        "move_inactive",
        _("Warehouse not in use"),
        _("%(warehouse)s is switched off."),
        _("Switch it on, or choose another warehouse for the order."),
        "operator",
    ),
    Problem(
        "move_country",
        _("Country not served"),
        _("Order %(order)s goes to %(country)s; %(warehouse)s serves %(served)s only."),
        _("Choose another warehouse."),
        "operator",
    ),
    Problem(
        "move_channel",
        _("No label from this channel"),
        _("%(channel)s gives no shipping label, and %(warehouse)s needs one."),
        _("Send this order from your own warehouse, or from a warehouse that books its own courier."),
        "operator",
    ),
    Problem(
        "move_unlinked",
        _("SKU not linked"),
        _("These SKUs are not linked to a master SKU: %(skus)s."),
        _("Link them under Products > Channel products. The order then goes on by itself."),
        "operator",
    ),
    Problem(
        "move_no_stock",
        _("Not enough stock"),
        _("MSKU %(msku)s has %(free)s free in %(warehouse)s, %(needed)s needed. Order %(order)s stays where it is."),
        _("Bring stock in there, split the list, or choose another warehouse."),
        "operator",
    ),
    Problem(
        "split_figures",
        _("Check the pieces"),
        _("The pieces for other warehouses do not fit the outbound list %(reference)s."),
        _("Name at least one piece for another warehouse, and no more than the list has."),
        "operator",
    ),
    Problem(
        "merge_alone",
        _("Choose at least two lists"),
        _("One list is one parcel already."),
        _("Tick the lists that are to leave together."),
        "operator",
    ),
    Problem(
        "merge_store_labels",
        _("This store gives each order its own label"),
        _("%(store)s knows the parcel of order %(order)s by its own AWB number, so it cannot go with another."),
        _("Send it as a parcel of its own. Only orders of stores without labels can go together."),
        "operator",
    ),
    Problem(
        "merge_differs",
        _("Not the same parcel"),
        _("Orders %(order)s and %(other)s differ in buyer, address, store or warehouse."),
        _("Choose orders of one buyer at one address, from the same store and the same own warehouse."),
        "operator",
    ),
)

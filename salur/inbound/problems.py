"""What may go wrong with an inbound list, in people's words (see ``foundation.problems``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem

LISTS: tuple[Problem, ...] = (
    Problem(
        "inbound_not_taken",
        _("This warehouse takes no inbound lists"),
        _("%(warehouse)s belongs to %(partner)s, which is not told of arriving goods."),
        _("Announce the goods at the partner itself; the stock follows with the next stock sync."),
        "operator",
    ),
    Problem(
        "inbound_warehouse_off",
        _("Warehouse not in use"),
        _("%(warehouse)s is switched off."),
        _("Switch the warehouse on, or choose another one."),
        "operator",
    ),
    Problem(
        "inbound_no_lines",
        _("The list is empty"),
        _("An inbound list needs at least one product."),
        _("Add the products that are to arrive, with their quantities."),
        "operator",
    ),
    Problem(
        "inbound_too_many_lines",
        _("Too many lines"),
        _("An inbound list holds at most %(limit)s lines; these are %(count)s."),
        _("Make several lists."),
        "operator",
    ),
    Problem(
        "inbound_lines_wrong",
        _("Some lines are not right"),
        _("%(count)s lines cannot be taken; the first is line %(line)s: %(first)s"),
        _("Correct the marked lines. Nothing was saved."),
        "operator",
    ),
    Problem(
        "inbound_text_too_long",
        _("Too long"),
        _("%(field)s takes at most %(limit)s characters; these are %(length)s."),
        _("Shorten it."),
        "operator",
    ),
    Problem(
        "inbound_not_draft",
        _("The list cannot be changed any more"),
        _("%(reference)s has been submitted."),
        _("Cancel it and make another one, or wait: a list whose push failed can be corrected."),
        "operator",
    ),
    Problem(
        "inbound_not_failed",
        _("There is nothing to push again"),
        _("The push of %(reference)s has not failed."),
        _("Nothing to do: lists under way are pushed by themselves."),
        "nobody",
    ),
    Problem(
        "inbound_ended",
        _("The list has ended"),
        _("%(reference)s is completed, cancelled or void already."),
        _("Nothing to do. Goods that arrive nevertheless need a list of their own."),
        "operator",
    ),
    Problem(
        "inbound_partner_receives",
        _("The partner receives these goods"),
        _("%(warehouse)s belongs to a partner, who reports what has arrived."),
        _("Refresh the list's status; if it stays wrong, ask the warehouse."),
        "operator",
    ),
    Problem(
        "inbound_not_submitted",
        _("The list has not been submitted"),
        _("%(reference)s is still a draft."),
        _("Submit the list, then receive its goods."),
        "operator",
    ),
)

LINES: tuple[Problem, ...] = (
    Problem(
        "inbound_sku_missing",
        _("No SKU"),
        _("The line names no master SKU."),
        _("Fill in the MSKU."),
        "operator",
    ),
    Problem(
        "inbound_sku_unknown",
        _("Unknown SKU"),
        _("There is no master product with the MSKU %(sku)s."),
        _("Correct the MSKU, or create the master product first."),
        "operator",
    ),
    Problem(
        "inbound_sku_bundle",
        _("A bundle is not kept"),
        _("MSKU %(sku)s is a bundle: warehouses keep its parts."),
        _("Announce its parts instead."),
        "operator",
    ),
    Problem(
        "inbound_sku_archived",
        _("The product is archived"),
        _("The master product %(sku)s is archived."),
        _("Restore it on its page first, or correct the MSKU."),
        "operator",
    ),
    Problem(
        "inbound_not_in_warehouse",
        _("Product not in the warehouse"),
        _("MSKU %(sku)s has not been added to %(warehouse)s."),
        _("Add the product to the warehouse in the stock list, then try again."),
        "operator",
    ),
    Problem(
        "inbound_product_waits",
        _("Product push under way"),
        _("%(warehouse)s has not accepted MSKU %(sku)s yet."),
        _("Wait until the stock list shows it as pushed, then try again."),
        "operator",
    ),
    Problem(
        "inbound_product_failed",
        _("Product push failed"),
        _("%(warehouse)s refused MSKU %(sku)s: %(reason)s"),
        _("Correct the product and push it again from the stock list, then try again."),
        "operator",
    ),
    Problem(
        "inbound_quantity_wrong",
        _("Not a quantity"),
        _("%(value)s is not a whole number of pieces greater than zero (MSKU %(sku)s)."),
        _("Give whole pieces in digits, for instance 120."),
        "operator",
    ),
    Problem(
        "inbound_quantity_large",
        _("Quantity too large"),
        _("%(value)s pieces of MSKU %(sku)s are more than the %(limit)s that a line may hold."),
        _("Check the number; make several lists if it is right."),
        "operator",
    ),
    Problem(
        "inbound_cost_missing",
        _("Cost missing"),
        _("%(partner)s needs the cost of a piece of MSKU %(sku)s."),
        _("Fill in the unit cost."),
        "operator",
    ),
    Problem(
        "inbound_cost_wrong",
        _("Not a cost"),
        _("%(value)s is not an amount of money (MSKU %(sku)s)."),
        _("Give an amount of zero or more with at most 4 decimals, for instance 12.50."),
        "operator",
    ),
    Problem(
        "inbound_expiry_wrong",
        _("Not a date"),
        _("%(value)s is not a date (MSKU %(sku)s)."),
        _("Give the expiry date as year-month-day, for instance 2027-03-31."),
        "operator",
    ),
    Problem(
        "inbound_expired",
        _("Expired"),
        _("MSKU %(sku)s would expire on %(value)s, before today."),
        _("Check the expiry date; expired goods are not accepted."),
        "operator",
    ),
    Problem(
        "inbound_expires_soon",
        _("Expires too soon"),
        _("MSKU %(sku)s expires on %(value)s; at least %(days)s days must remain when it comes in."),
        _("Check the date, or change the inbound limit in the master product."),
        "operator",
    ),
    Problem(
        "inbound_batch_long",
        _("Batch number too long"),
        _("The batch number of MSKU %(sku)s has more than %(limit)s characters."),
        _("Shorten it."),
        "operator",
    ),
    Problem(
        "inbound_line_twice",
        _("Listed twice"),
        _("MSKU %(sku)s with the batch %(value)s stands in line %(other)s already."),
        _("Add the quantities up in one line, or give the lines different batch numbers."),
        "operator",
    ),
    Problem(
        "inbound_total_falls",
        _("Less than was received before"),
        _("%(received)s pieces of MSKU %(sku)s were received already; %(value)s would be less."),
        _("Give all pieces received so far. To take pieces out, set the stock by hand."),
        "operator",
    ),
)

PROBLEMS: tuple[Problem, ...] = LISTS + LINES

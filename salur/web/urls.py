"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path

from .bulk import views as bulk
from .dashboard.views import dashboard
from .exchanges import views as exchanges
from .floor import packing, shipping
from .floor import views as floor
from .imports import columns, previewing, uploading
from .inbound import editor as inbound_editor
from .inbound import stock_tables, updating
from .inbound import views as inbound
from .integrations import authorising, connections
from .integrations import views as integrations
from .locations import adding as location_adding
from .locations import making as location_making
from .locations import views as locations
from .orders import actions, address, at_store, desk, entering, moving, saved, waiting
from .orders import views as orders
from .outbound import confirmations, handover, papers, stopping
from .outbound import views as outbound
from .outbound.public import public_label
from .person import views as person
from .problems.views import problem_cure, problem_cured, problem_each, problem_list
from .products import ends, links, listings, pictures
from .products import imports as product_sheets
from .products import views as products
from .products.editing import product_page_view
from .products.from_store import products_from_store
from .products.making import product_new
from .reports import acting as run_acting
from .reports import views as reports
from .returns import views as returns
from .rules import holds, publishing, trials
from .rules import views as rules
from .rules.by_store import rules_by_store
from .rules.push_conditions import push_conditions
from .settings import views as settings
from .stock import adding, chosen, ledger, syncs
from .stock import views as stock
from .stock.differences import difference_list
from .stock.exporting import stock_file
from .stock.settings import stock_settings
from .stocktakes import files as stocktake_files
from .stocktakes import views as stocktakes
from .transfers import views as transfers
from .warehouses import own
from .warehouses import views as warehouses

app_name = "web"

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("welcome/", person.welcome, name="welcome"),
    path("choose/language/", person.choose_language, name="choose_language"),
    path("choose/theme/", person.choose_theme, name="choose_theme"),
    path("choose/merchant/", person.choose_merchant, name="choose_merchant"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/filters/", saved.order_filters, name="order_filters"),
    path("orders/act/", actions.orders_bulk, name="orders_bulk"),
    path("orders/move/", moving.move, name="orders_move"),
    path("orders/at-store/", at_store.at_store, name="orders_at_store"),
    path("orders/new/", entering.order_new, name="order_new"),
    path("orders/waiting/", waiting.waiting_list, name="waiting"),
    path("orders/desk/", desk.orders_desk, name="orders_desk"),
    path("orders/problems/", problem_list, name="problems"),
    path("orders/bulk/", bulk.bulk_list, name="bulks"),
    path("orders/bulk/new/", bulk.bulk_new, name="bulk_new"),
    path("orders/bulk/<int:run_id>/", bulk.bulk_page_view, name="bulk"),
    path("orders/bulk/<int:run_id>/act/", bulk.bulk_act, name="bulk_act"),
    path("orders/bulk/<int:run_id>/rows.csv", bulk.bulk_file, name="bulk_file"),
    path("orders/problems/cure/", problem_cure, name="problem_cure"),
    path("orders/problems/each/<slug:cause>/", problem_each, name="problem_each"),
    path("orders/problems/cures/<int:cure_id>/", problem_cured, name="problem_cured"),
    path("orders/import/", uploading.import_orders, name="import"),
    path("orders/import/template.<slug:kind>", uploading.import_template, name="import_template"),
    path("orders/import/columns/", columns.mapping_list, name="mappings"),
    path("orders/import/columns/<int:mapping_id>/", columns.mapping_page, name="mapping"),
    path("orders/import/<int:upload_id>/", previewing.upload_page, name="upload"),
    path("orders/import/<int:upload_id>/columns/", columns.upload_columns, name="upload_columns"),
    path("orders/import/<int:upload_id>/problems.csv", previewing.upload_problem_file, name="upload_problems"),
    path("orders/reports/", reports.report_list, name="reports"),
    path("orders/reports/<int:run_id>/", reports.report_page, name="report"),
    path("orders/reports/<int:run_id>/act/", run_acting.report_act, name="report_act"),
    path("orders/reports/<int:run_id>/rows.csv", reports.report_rows, name="report_rows"),
    path("orders/reports/<int:run_id>/failed.csv", reports.report_failed, name="report_failed"),
    path("orders/rules/", rules.rule_list, name="rules"),
    path("orders/rules/holds/", holds.hold_rule_list, name="hold_rules"),
    path("orders/rules/holds/new/", holds.hold_rule_edit, name="hold_rule_new"),
    path("orders/rules/holds/<int:rule_id>/", holds.hold_rule_edit, name="hold_rule"),
    path("orders/rules/partners/", push_conditions, name="push_conditions"),
    path("orders/rules/stores/", rules_by_store, name="rules_by_store"),
    path("orders/rules/new/", rules.rule_edit, name="rule_new"),
    path("orders/rules/runs/", trials.rule_trial_new, name="rule_trial_new"),
    path("orders/rules/runs/<int:run_id>/", trials.rule_trial, name="rule_trial"),
    path("orders/rules/runs/<int:run_id>/rows.csv", trials.rule_trial_file, name="rule_trial_file"),
    path("orders/rules/draft/", rules.rule_list, {"draft": True}, name="rules_draft"),
    path("orders/rules/draft/new/", rules.rule_edit, {"draft": True}, name="rule_new_draft"),
    path("orders/rules/draft/act/", publishing.rule_draft_act, name="rule_draft_act"),
    path("orders/rules/versions/", publishing.rule_versions, name="rule_versions"),
    path("orders/rules/versions/<int:version_id>/", publishing.rule_version, name="rule_version"),
    path("orders/rules/<int:rule_id>/", rules.rule_edit, name="rule"),
    path("orders/<int:order_id>/", orders.order_page, name="order"),
    path("orders/<int:order_id>/address/", address.order_address, name="order_address"),
    path("exchanges/<int:exchange_id>/", exchanges.exchange_page, name="exchange"),
    path("messages/<int:message_id>/again/", exchanges.message_again, name="message_again"),
    path("outbound/", outbound.outbound_list, name="outbounds"),
    path("outbound/confirmations/", confirmations.confirmation_list, name="confirmations"),
    path("outbound/confirmations/act/", confirmations.confirmation_act, name="confirmations_act"),
    path("outbound/confirmations.csv", confirmations.confirmation_file, name="confirmations_file"),
    path("outbound/papers/<slug:kind>.pdf", papers.papers_pdf, name="papers"),
    path("outbound/stop/", stopping.stop_lists, name="outbound_stop"),
    path("outbound/handover/", handover.handover, name="handover"),
    path("outbound/arranging/", handover.arranging, name="arranging"),
    path("outbound/<int:outbound_id>/settle/", stopping.settle, name="outbound_settle"),
    path("outbound/<int:outbound_id>/split/", moving.split, name="outbound_split"),
    path("outbound/<int:outbound_id>/label/", stopping.label_by_hand, name="outbound_label"),
    path("labels/<str:key>.pdf", public_label, name="public_label"),
    path("outbound/<int:outbound_id>/", outbound.outbound_page, name="outbound"),
    path("outbound/<int:outbound_id>/label.pdf", outbound.label_pdf, name="label"),
    path("returns/", returns.return_list, name="returns"),
    path("returns/new/", returns.return_new, name="return_new"),
    path("returns/<int:return_id>/", returns.return_page_view, name="return"),
    path("floor/", floor.floor, name="floor"),
    path("floor/act/", floor.floor_act, name="floor_act"),
    path("floor/ship/", shipping.ship_many, name="floor_ship"),
    path("floor/ship/template.<slug:kind>", shipping.ship_template, name="ship_template"),
    path("floor/pick-lists/", floor.pick_list_list, name="pick_lists"),
    path("floor/pick-lists/<int:pick_list_id>/", floor.pick_list_page, name="pick_list"),
    path("floor/lists/<int:outbound_id>/", packing.pack, name="pack"),
    path("inbound/", inbound.inbound_list, name="inbounds"),
    path("inbound/act/", inbound.inbound_bulk, name="inbound_bulk"),
    path("inbound/new/", inbound_editor.inbound_new, name="inbound_new"),
    path("inbound/products/", inbound_editor.product_choice, name="inbound_products"),
    path("inbound/template.<slug:kind>", inbound_editor.inbound_template, name="inbound_template"),
    path("inbound/<int:inbound_id>/", inbound.inbound_page, name="inbound"),
    path("inbound/<int:inbound_id>/change/", inbound_editor.inbound_edit, name="inbound_edit"),
    path("inbound/<int:inbound_id>/act/", inbound.inbound_act, name="inbound_act"),
    path("products/", products.product_list, name="products"),
    path("products/new/", product_new, name="product_new"),
    path("products/add/", products.product_add, name="product_add"),
    path("products/<int:product_id>/fields/<int:row_id>/", products.product_fields, name="product_fields"),
    path("products/import/", product_sheets.product_imports, name="product_imports"),
    path("products/import/template.<slug:kind>", product_sheets.product_template, name="product_template"),
    path("products/import/<int:import_id>/", product_sheets.product_import, name="product_import"),
    path(
        "products/import/<int:import_id>/left.<slug:kind>",
        product_sheets.product_import_left,
        name="product_import_left",
    ),
    path("products/export.<slug:kind>", product_sheets.product_export, name="product_export"),
    path("products/act/", products.product_act, name="product_act"),
    path("products/<int:product_id>/", product_page_view, name="product"),
    path("products/<int:product_id>/end/", ends.product_end, name="product_end"),
    path("products/<int:product_id>/images/", pictures.product_images, name="product_images"),
    path("products/<int:product_id>/images/<int:image_id>/<slug:size>", pictures.product_image, name="product_image"),
    path("products/channel/", listings.listing_list, name="listings"),
    path("products/channel/store/<int:store_id>/make/", products_from_store, name="products_from_store"),
    path("products/channel/make/", listings.make_products, name="make_products"),
    path("products/channel/<int:listing_id>/", listings.listing_link, name="listing"),
    path("products/channel/store/<int:store_id>/", listings.sku_link, name="sku_link"),
    path("products/channel/store/<int:store_id>/links/", links.store_links, name="store_links"),
    path("products/channel/store/<int:store_id>/links.<slug:kind>", links.links_file, name="links_file"),
    path("stock/", stock.stock_list, name="stock"),
    path("stock/add/", adding.stock_add, name="stock_add"),
    path("stock/list.<slug:kind>", stock_file, name="stock_file"),
    path("stock/totals/", stock.stock_totals, name="stock_totals"),
    path("stock/balances/<int:balance_id>/", ledger.movement_list, name="movements"),
    path("stock/balances/<int:balance_id>/movements.<slug:kind>", ledger.movement_file, name="movement_file"),
    path("stock/act/", stock.stock_act, name="stock_act"),
    path("stock/adjust/", chosen.stock_adjust, name="stock_adjust"),
    path("stock/levels/", chosen.stock_levels, name="stock_levels"),
    path("stock/add-chosen/", chosen.stock_add, name="stock_add_chosen"),
    path("stock/settings/", stock_settings, name="stock_settings"),
    path("stock/update/", updating.stock_update, name="stock_update"),
    path("stock/update/template.<slug:kind>", updating.update_template, name="stock_update_template"),
    path("stock/update/<int:file_id>/", stock_tables.stock_table, name="stock_table"),
    path("stock/update/<int:file_id>/left.<slug:kind>", stock_tables.stock_table_left, name="stock_table_left"),
    path("stock/differences/", difference_list, name="stock_differences"),
    path("stock/syncs/", syncs.sync_list, name="stock_syncs"),
    path("stock/syncs/<int:run_id>/", syncs.sync_detail, name="stock_sync"),
    path("stock/syncs/<int:run_id>/lines.csv", syncs.sync_file, name="stock_sync_file"),
    path("locations/", locations.location_list, name="locations"),
    path("locations/act/", locations.location_act, name="location_act"),
    path("locations/locations.csv", locations.location_file, name="location_file"),
    path("locations/new/", location_making.location_new, name="location_new"),
    path("locations/bind/", location_making.location_bind, name="location_bind"),
    path("locations/template/<slug:name>.<slug:kind>", location_making.location_template, name="location_template"),
    path("locations/<int:location_id>/", locations.location_page_view, name="location"),
    path("locations/add/<int:warehouse_id>/<int:product_id>/", location_adding.location_add, name="location_add"),
    path("stock/counts/", stocktakes.stocktake_list, name="stocktakes"),
    path("stock/counts/new/", stocktakes.stocktake_new, name="stocktake_new"),
    path("stock/counts/<int:take_id>/", stocktakes.stocktake_page_view, name="stocktake"),
    path("stock/counts/<int:take_id>/act/", stocktakes.stocktake_act, name="stocktake_act"),
    path("stock/counts/<int:take_id>/upload/", stocktake_files.stocktake_upload, name="stocktake_upload"),
    path("stock/counts/<int:take_id>/sheet.<slug:kind>", stocktake_files.stocktake_file, name="stocktake_file"),
    path("stock/transfers/", transfers.transfer_list, name="transfers"),
    path("stock/transfers/new/", transfers.transfer_new, name="transfer_new"),
    path("stock/transfers/template.<slug:kind>", transfers.transfer_template, name="transfer_template"),
    path("stock/transfers/<int:transfer_id>/", transfers.transfer_page_view, name="transfer"),
    path("stock/transfers/<int:transfer_id>/change/", transfers.transfer_edit, name="transfer_edit"),
    path("stock/transfers/<int:transfer_id>/act/", transfers.transfer_act, name="transfer_act"),
    path("warehouses/", warehouses.warehouse_list, name="warehouses"),
    path("warehouses/new/", own.warehouse_new, name="warehouse_new"),
    path("warehouses/<int:warehouse_id>/", warehouses.warehouse_page, name="warehouse"),
    path("integrations/", integrations.integration_list, name="integrations"),
    path("integrations/add/", integrations.integration_add, name="integration_add"),
    path("integrations/add/file/<slug:name>/", authorising.add_file_store, name="add_file_store"),
    path("integrations/add/<slug:kind>/<slug:name>/", authorising.authorise, name="authorise"),
    path("integrations/accounts/<int:account_id>/keys/", authorising.account_keys, name="account_keys"),
    path("integrations/return/<slug:handle>/", authorising.keys_return, name="keys_return"),
    path("integrations/return/", authorising.authorise_return, name="authorise_return"),
    path("integrations/stores/<int:store_id>/", connections.store_page, name="store"),
    path("integrations/stores/<int:store_id>/again/", authorising.authorise_again, name="authorise_again"),
    path("integrations/accounts/<int:account_id>/", connections.account_page, name="account"),
    path("settings/members/", settings.member_list, name="members"),
    path("settings/tokens/", settings.token_list, name="tokens"),
]

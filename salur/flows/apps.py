from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "salur.flows"
    label = "flows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from . import (
            addresses,
            bulk_actions,
            calibrate,
            cassettes,
            cures,
            handover_asking,
            holds,
            manual_orders,
            own_warehouses,
            product_ends,
            product_imports,
            replay,
            stock_files,
            stock_updates,
            store_acts,
            uploads,
            warehouses,
            wishes,
        )

        register(addresses.PROBLEMS)
        register(bulk_actions.PROBLEMS)
        register(calibrate.PROBLEMS)
        register(cures.PROBLEMS)
        register(handover_asking.PROBLEMS)
        register(holds.PROBLEMS)
        register(manual_orders.PROBLEMS)
        register(own_warehouses.PROBLEMS)
        register(product_ends.PROBLEMS)
        register(product_imports.PROBLEMS)
        register(stock_files.PROBLEMS)
        register(stock_updates.PROBLEMS)
        register(replay.PROBLEMS)
        register(cassettes.PROBLEMS)
        register(store_acts.PROBLEMS)
        register(uploads.PROBLEMS)
        register(warehouses.PROBLEMS)
        register(wishes.PROBLEMS)

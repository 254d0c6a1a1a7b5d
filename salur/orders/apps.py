from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "salur.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue of problems what may go wrong here."""
        from salur.foundation.problems import register

        from . import saved_filters

        register(saved_filters.PROBLEMS)

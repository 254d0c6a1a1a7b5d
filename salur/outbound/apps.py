from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "salur.outbound"
    label = "outbound"
    default_auto_field = "django.db.models.BigAutoField"

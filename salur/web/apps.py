from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "salur.web"
    label = "web"

"""The one Django application; its label is the prefix of every table."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BridgeConfig(AppConfig):
    name = "bridge"
    label = "bridge"
    verbose_name = _("Sklad Bridge")
    default_auto_field = "django.db.models.BigAutoField"

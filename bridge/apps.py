"""The one Django application; its label is the prefix of every table."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BridgeConfig(AppConfig):
    name = "bridge"
    label = "bridge"
    verbose_name = _("Sklad Bridge")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from bridge.people import roles, sessions
        from connectors.transport.trust import trust

        if settings.SENTRY_DSN:  # else its library, of six megabytes, is not even read
            from bridge.telemetry import sentry

            sentry.start()
        post_migrate.connect(roles.grant, sender=self, dispatch_uid="roles")
        user_logged_in.connect(sessions.signed_in, dispatch_uid="sessions")
        trust(settings.TLS_CA_FILE)

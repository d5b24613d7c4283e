"""`python manage.py rotate_secrets`: encrypts everything that is encrypted with the newest of CREDENTIALS_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from bridge.connections.rotation import rotate


class Command(BaseCommand):
    help = (
        "Encrypt all stored secrets anew with the newest key of CREDENTIALS_KEYS. Put the new key first, restart web "
        "and worker, run this, then take the older keys out. May be interrupted and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total: dict[str, int] = {}
        try:
            for now in rotate():
                total[now.column] = now.rotated
                self.stdout.write(f"{now.column}: {now.looked_at} of {now.of}, {now.rotated} encrypted anew")
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{sum(total.values())} encrypted anew. Older keys are needed no longer.")

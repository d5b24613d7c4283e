"""`python manage.py metrics`: what /metrics answers, for machines that run workers alone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bridge.api.metrics import exposition


class Command(BaseCommand):
    help = "Print the figures of this machine's processes and of the tables, for Prometheus."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(exposition().decode(), ending="")

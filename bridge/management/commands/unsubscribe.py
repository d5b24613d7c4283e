"""`python manage.py unsubscribe`: takes the bridge's webhooks out of its accounts, before it is switched off."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, Vendor
from bridge.problems import sentence
from bridge.sync import subscriptions
from connectors.errors import ConnectorError


class Command(BaseCommand):
    help = "Remove the bridge's webhooks from MoySklad. A bridge that goes on running makes them again within a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the account's name; all accounts when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = Connection.objects.filter(vendor=Vendor.MOYSKLAD)
        if options["name"]:
            accounts = accounts.filter(name=options["name"])
            if not accounts:
                raise CommandError(f"There is no account “{options['name']}”.")
        for account in accounts:
            try:
                self.stdout.write(f"{account.name}: {subscriptions.remove(account)} removed")
            except ConnectorError as error:
                problem = problem_of(error, account)
                raise CommandError(f"{account.name}: {sentence(problem.code, problem.params)}") from None

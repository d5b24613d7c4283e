"""`python manage.py demo [--once]`: the whole main job between two sandboxes, on this machine, step by step."""

from __future__ import annotations

import shutil
import signal
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bridge.demo.story import DemoFailed, Story, running, tell


class Command(BaseCommand):
    help = (
        "Run the bridge between sandboxes of MoySklad and of a shop, and show an order's way there and back."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="check each step, print a table, stop; exit 0 or 1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        directory = Path(tempfile.mkdtemp(prefix="sklad-bridge-demo-"))
        story = Story(self._say)
        try:
            with running(directory, self._say, {}) as (bridge, box, password):
                tell(bridge, box, story)
                if options["once"]:
                    self._summary(story)
                    return
                self._say("")
                self._say(self.style.SUCCESS("Everything is up. Ctrl-C stops it."))
                self._say(f"  admin     {bridge.url}/admin/   owner / {password}")
                self._say(f"  shop      {box.store.url}   MoySklad  {box.moysklad.url}")
                signal.pause()
        except KeyboardInterrupt:
            self._say("\nStopped.")
        except (DemoFailed, RuntimeError, TimeoutError) as error:
            self._say(self.style.ERROR(f"FAILED  {error}"))
            raise CommandError("The demo failed; nothing of it is still running.") from None
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _summary(self, story: Story) -> None:
        self._say("")
        for line in story.table():
            self._say(line)
        self._say(self.style.SUCCESS(f"\nAll {len(story.steps)} steps succeeded; everything is stopped."))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

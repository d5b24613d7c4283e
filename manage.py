#!/usr/bin/env python
"""Django's command line for Sklad Bridge."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bridge.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    finally:
        _write_api_log()


def _write_api_log() -> None:
    """The calls a command made itself."""
    from django.apps import apps

    if apps.models_ready:
        from bridge.apilog import buffer

        buffer.write()


if __name__ == "__main__":
    main()

"""Log lines, as text or as JSON (LOG_FORMAT=json), each with what it is about: `apilog/occasions.py` knows it."""

from __future__ import annotations

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from bridge.apilog.occasions import present
from bridge.telemetry.words import masked, masked_all

ABOUT = ("order", "delivery", "event_id", "message_id", "purpose", "try", "shop")
"""`order`: the site's connection and the order's id there ("2:1001"), from the plugin's event to the document.
`delivery`: the plugin's own id of the event. `event_id`, `message_id`: of Incoming and Outgoing.
"""


class About(logging.Filter):
    """Gives each record the fields of ABOUT that are known at this moment; what the caller said itself stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in present().about().items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


class Line(logging.Formatter):
    """`time LEVEL logger message order=… message_id=…`"""

    def formatMessage(self, record: logging.LogRecord) -> str:
        known = ((name, getattr(record, name, None)) for name in ABOUT)
        about = "".join(f" {name}={value}" for name, value in known if value)
        return super().formatMessage(record) + about

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class Json(JsonFormatter):
    """One object a line: `at`, `level`, `logger`, `text`, `exc_info`, and the fields of ABOUT that are known."""

    def __init__(self) -> None:
        renamed = {"asctime": "at", "levelname": "level", "name": "logger", "message": "text"}
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(process)d",
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            rename_fields=renamed,
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Masked before it becomes JSON: afterwards a mask could swallow the backslash before a quotation mark."""
        return {name: value if name in ABOUT else masked_all(value) for name, value in log_data.items()}

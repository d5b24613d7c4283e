"""Log lines name what they are about, and hold neither secrets nor people."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from bridge.apilog.occasions import Occasion, on
from bridge.connections.models.connection import new_token
from bridge.telemetry.logs import About, Json, Line
from bridge.telemetry.words import keep_secret

ORDER = Occasion("order_to_moysklad", 3, message_id=7, try_number=2, order="2:1001")
PRIVATE = (
    'it said "password=abcdef" to buyer ivan@example.com +7 912 345-67-89 '
    "with Bearer 0123456789abcdef0123 and ck_0123456789abcdef"
)
SECRET = "a-word-only-we-know"


def record(text: str, exc_info: Any = None) -> logging.LogRecord:
    made = logging.LogRecord("bridge.outbox", logging.INFO, __file__, 1, text, (), exc_info)
    assert About().filter(made)
    return made


def test_a_json_line_says_what_it_is_about() -> None:
    with on(ORDER):
        line = json.loads(Json().format(record("message done")))
    assert (line["text"], line["level"], line["logger"]) == ("message done", "INFO", "bridge.outbox")
    assert (line["order"], line["message_id"], line["try"], line["shop"]) == ("2:1001", 7, 2, 3)
    assert "event_id" not in line
    assert line["at"]


def test_outside_of_any_work_a_line_is_about_nothing() -> None:
    line = json.loads(Json().format(record("started")))
    assert not {"order", "event_id", "message_id"} & line.keys()


def test_a_line_of_text_says_it_too() -> None:
    with on(ORDER):
        text = Line("%(levelname)s %(message)s").format(record("message done"))
    assert text == "INFO message done order=2:1001 message_id=7 purpose=order_to_moysklad try=2 shop=3"


@pytest.mark.parametrize("formatter", [Json(), Line("%(message)s")])
def test_secrets_and_people_are_masked_in_tracebacks_too(formatter: logging.Formatter) -> None:
    keep_secret([SECRET])
    try:
        raise ValueError(f"{PRIVATE} {SECRET}")
    except ValueError:
        line = formatter.format(record(f"{PRIVATE} {SECRET}", sys.exc_info()))
    for private in ("ivan@", "345-67", "0123456789abcdef", SECRET):
        assert private not in line
    assert "ValueError" in line
    if isinstance(formatter, Json):
        assert "Traceback" in json.loads(line)["exc_info"], "it is JSON still"


@pytest.mark.parametrize(
    "said", ["Forbidden (CSRF cookie not set.): %s", "Gone: %s", "Not Found: %sx/changed/ twice"]
)
@pytest.mark.parametrize("before", ["/people/welcome/", "/hooks/moysklad/"])
def test_a_secret_address_is_masked_in_what_the_framework_says_of_it(said: str, before: str) -> None:
    """A web process may never have been told of it: it knows an account's secrets only when it calls the account."""
    token = new_token()
    line = Line("%(message)s").format(record(said % f"{before}{token}/"))
    assert token not in line
    assert before in line


def test_files_and_names_in_paths_stay_readable() -> None:
    told = "/srv/app/a-directory-with-quite-a-long-name/AFileWithQuiteALongNameOfItsOwn42.py, line 3"
    assert Line("%(message)s").format(record(told)) == told

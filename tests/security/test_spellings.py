"""The search for secrets finds them however they are written: else it would find nothing and say that all is well."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import urlencode

import pytest

from tests.security.spellings import places

SECRET = 'a "secret" & its/слово 12'


@pytest.mark.parametrize("before", ["", "k", "ck", "ck:", "login:"])
@pytest.mark.parametrize("after", ["", "a", "ab", "abc"])
def test_a_secret_inside_of_base64_is_found(before: str, after: str) -> None:
    text = base64.b64encode(f"{before}{SECRET}{after}".encode()).decode()
    assert places({"it": SECRET}, {"header": f"Basic {text}"}) == {"it": ["header"]}


@pytest.mark.parametrize(
    "text",
    [
        f"x{SECRET}y",
        urlencode({"key": SECRET}),
        json.dumps({"key": [SECRET]}),
        html.escape(f"<b>{SECRET}</b>"),
        repr(("it's", SECRET)),
    ],
)
def test_a_secret_is_found_however_it_is_escaped(text: str) -> None:
    assert places({"it": SECRET, "another": "nowhere"}, {"page": text, "log": "-"}) == {
        "it": ["page"],
        "another": [],
    }

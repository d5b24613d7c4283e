"""No secret of a connection is ever in a stored row, wherever the other side or an address repeats it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db.models import CharField, TextField
from hypothesis import given
from hypothesis import strategies as st

from bridge.apilog.entries import Entry
from bridge.apilog.models import ApiCall
from bridge.connections import clients
from bridge.connections.models import Connection

TEXTS = [field.name for field in ApiCall._meta.concrete_fields if isinstance(field, CharField | TextField)]
secret = st.text(st.characters(exclude_characters="*", exclude_categories=("Cs",)), min_size=6, max_size=50)


@given(
    secrets=st.fixed_dictionaries(
        {"token": secret, "consumer_key": secret, "consumer_secret": secret, "event_secret": secret}
    ),
    around=st.text(max_size=30),
    long=st.booleans(),
    status=st.sampled_from([0, 200, 404, 500]),
    data=st.data(),
)
def test_no_secret_of_a_connection_is_in_a_row(
    secrets: dict[str, str], around: str, long: bool, status: int, data: st.DataObject
) -> None:
    connection = Connection(vendor="woocommerce", credentials=secrets)
    every = clients.secrets_of(connection)
    assert set(every) == {*secrets.values(), connection.hook_token}
    one = data.draw(st.sampled_from(every))
    content: Any = {
        "note": around + one,
        "list": [one, {one: around}],
        "more": around * (2000 if long else 1),
    }
    text = data.draw(
        st.sampled_from(
            [json.dumps(content), json.dumps(content, ensure_ascii=False), f"<p>{around}{one}</p>"]
        )
    ).encode("utf-8", "replace")
    row = Entry(
        at=datetime.now(UTC),
        direction="out",
        vendor="woocommerce",
        connection_id=None,
        secrets=every,
        method="POST",
        url=f"https://shop.example/{quote(one, safe='')}/x?a={quote(one)}&oauth_signature={quote(one)}",
        status=status,
        duration_ms=1.0,
        code=one,
        request_id=one,
        request_bytes=len(text),
        request_body=text,
        response_bytes=len(text),
        response_body=text,
    ).row()
    stored = {name: str(getattr(row, name)) for name in TEXTS}
    for known in every:
        for spelling in (known, json.dumps(known)[1:-1]):
            leaks = [
                name
                for name, value in stored.items()
                if spelling in value and name not in ("vendor", "method")
            ]
            assert leaks == []

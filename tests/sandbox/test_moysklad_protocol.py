"""The protocol around every MoySklad call: headers, credentials, the error envelope, redirects, foreign addresses."""

from __future__ import annotations

import pytest
import requests

ACCEPT = {"Accept": "application/json;charset=utf-8"}


def raw(api, path="/context/employee", method="GET", **headers):
    """A call with exactly these headers."""
    with requests.Session() as session:
        session.headers.clear()
        prepared = requests.Request(method, api.url + path, headers=headers).prepare()
        return session.send(prepared, timeout=10)


def bearer(api):
    return f"Bearer {api.box.moysklad.token}"


def test_a_call_without_gzip_is_refused_with_an_empty_415(api):
    answer = raw(api, Authorization=bearer(api))
    assert (answer.status_code, answer.content) == (415, b"")


def test_long_answers_come_compressed_and_readable(api):
    answer = api.call("GET", "/entity/product")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["meta"]["size"] > 0


@pytest.mark.parametrize("accept", ["text/html", "*/*", ""])
def test_another_accept_than_json_is_1062(api, accept):
    headers = {"Accept-Encoding": "gzip", "Accept": accept}
    answer = raw(api, Authorization=bearer(api), **headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1062)


def test_any_accept_will_do_when_the_switch_says_so(api):
    api.box.moysklad.configure(strict_accept=False)
    answer = raw(api, Authorization=bearer(api), **{"Accept-Encoding": "gzip"})
    api.box.moysklad.configure(strict_accept=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Basic bm9ib2R5Om5vdGhpbmc=", "Basic ???", ""])
def test_wrong_credentials_are_answered_like_the_sample(api, payload, authorization):
    answer = raw(
        api, Authorization=authorization, **{"Accept-Encoding": "gzip", "Accept": "application/json"}
    )
    assert answer.status_code == 401
    assert answer.json() == payload("moysklad/error_401")["body"]


def test_login_and_password_open_too(api):
    with requests.Session() as session:
        login = (api.box.moysklad.login, api.box.moysklad.password)
        answer = session.get(api.url + "/context/employee", auth=login, headers=ACCEPT, timeout=10)
    assert answer.json()["uid"] == "admin@sandbox"


def test_a_new_token_revokes_the_older_one(api):
    login = (api.box.moysklad.login, api.box.moysklad.password)
    with requests.Session() as session:
        answer = session.post(api.url + "/security/token", auth=login, headers=ACCEPT, timeout=10)
    token = answer.json()["access_token"]
    assert len(token) == 40
    assert api.refused("GET", "/context/employee") == (401, [1056])
    api.session.headers["Authorization"] = f"Bearer {token}"
    api.box.moysklad.token = token
    assert api.get("/context/employee")["uid"] == "admin@sandbox"


def test_revoking_from_outside_kills_the_token_as_well(api):
    api.box.moysklad.revoke_token()
    assert api.refused("GET", "/context/employee") == (401, [1056])
    api.session.headers["Authorization"] = bearer(api)
    assert api.call("GET", "/context/employee").status_code == 200


def test_unknown_object_is_404_like_the_sample(api, payload):
    answer = api.call("GET", "/entity/customerorder/00000000-0000-0000-0000-00000000dead")
    assert answer.status_code == 404
    assert answer.json() == payload("moysklad/error_404")["body"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/entity/nonsense", (404, [1005])),
        ("GET", "/nonsense", (404, [1002])),
        ("GET", "/entity/customerorder/not-a-uuid", (400, [1052])),
        ("PATCH", "/entity/customerorder", (405, [1039])),
        ("GET", "/context/application", (403, [55005])),
    ],
)
def test_wrong_addresses_have_their_codes(api, method, path, expected):
    assert api.refused(method, path) == expected


def test_a_body_that_is_no_json_is_2001(api):
    header = {"Content-Type": "application/json"}
    answer = api.call("POST", "/entity/counterparty", data=b'{"name": ', headers=header)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 2001)


def test_a_body_that_is_not_called_json_is_415(api):
    answer = api.call(
        "POST", "/entity/counterparty", data=b'{"name": "x"}', headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (415, 1037)


def test_a_body_nested_too_deep_is_2006(api):
    deep = {}
    for _ in range(11):
        deep = {"name": deep}
    assert api.refused("POST", "/entity/counterparty", deep) == (400, [2006])


def test_an_href_of_another_host_is_1059(api):
    body = api.order()
    body["agent"] = {
        "meta": {
            "href": "https://api.example.test/api/remap/1.2/entity/counterparty/x",
            "type": "counterparty",
        }
    }
    assert api.refused("POST", "/entity/customerorder", body) == (400, [1059])


def test_metas_are_checked_for_href_type_and_target(api):
    organization = api.organization()
    wrong = [
        ({}, 2010),
        ({"meta": {"type": "counterparty"}}, 2011),
        ({"meta": {"href": organization["meta"]["href"]}}, 2012),
        (api.ref("counterparty", "00000000-0000-0000-0000-00000000dead"), 2013),
        ({"meta": {"href": f"{api.url}/entity", "type": "counterparty"}}, 2014),
        (api.store(), 2027),
        ({"meta": organization["meta"] | {"type": "counterparty"}}, 1060),
        ("text", 2016),
    ]
    for value, code in wrong:
        body = {"organization": organization, "agent": value}
        assert api.refused("POST", "/entity/customerorder", body) == (400, [code]), value


def test_the_uuid_of_the_interface_redirects_goods_to_their_api_id(api):
    item = api.box.moysklad.item("S-00001")
    ui_id = item["meta"]["uuidHref"].rsplit("=", 1)[1]
    assert ui_id != item["id"]
    answer = api.call("GET", f"/entity/product/{ui_id}", allow_redirects=False)
    assert answer.status_code == 308
    assert answer.headers["Location"] == item["meta"]["href"]


def test_every_href_of_an_answer_is_on_our_own_base(api):
    row = api.get("/entity/product", limit=1)["rows"][0]
    assert row["meta"]["href"].startswith(api.url)
    assert row["owner"]["meta"]["href"].startswith(api.url)
    assert row["salePrices"][0]["currency"]["meta"]["href"].startswith(api.url)


def test_context_pages_tell_who_and_how(api):
    employee = api.get("/context/employee")
    assert employee["permissions"]["customerOrder"]["view"] == "ALL"
    settings = api.get("/context/companysettings")
    assert settings["checkMinPrice"] is False
    assert settings["priceTypes"][0]["name"] == "Цена продажи"
    assert api.get("/context/companysettings/pricetype")[0]["id"] == settings["priceTypes"][0]["id"]

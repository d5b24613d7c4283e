"""Many objects in one call: cut to size, one result for each, in order, whatever happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError, TransientError
from connectors.moysklad import bulk
from connectors.moysklad.client import MoySklad

ID = "3c9a4b1e-5e01-11f0-0a80-16b200001a01"

Make = Callable[..., MoySklad]


def test_bulk_answers_stay_in_order_whatever_the_status(
    make_moysklad: Make, stub: Any, reply: Any, payload: Any
) -> None:
    stub.replies(reply(400, payload("moysklad/error_400_bulk_mixed.json")["body"]))
    bad, good = make_moysklad().bulk("entity/product", [{"code": "1"}, {"name": "Кружка"}])
    assert isinstance(bad, PermanentError)
    assert (bad.code, bad.parameter) == ("3000", "name")
    assert isinstance(good, dict)
    assert good["name"] == "Кружка"
    assert stub.seen[0].json == [{"code": "1"}, {"name": "Кружка"}]


def test_bulk_of_one_and_of_none(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, [{"id": ID}]))
    assert make_moysklad().bulk("entity/product", [{"name": "x"}]) == [{"id": ID}]
    assert make_moysklad().bulk("entity/product", []) == []
    assert len(stub.seen) == 1


def test_a_long_list_is_cut_at_a_thousand_objects_and_at_the_size_limit(
    make_moysklad: Make, stub: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.script = lambda request: reply(200, [{"id": item["name"]} for item in request.json])
    results = make_moysklad().bulk("entity/product", [{"name": str(number)} for number in range(2001)])
    assert [result["id"] for result in results if isinstance(result, dict)] == [str(n) for n in range(2001)]
    assert [len(request.json) for request in stub.seen] == [1000, 1000, 1]
    stub.seen.clear()
    monkeypatch.setattr(bulk, "MAX_BODY_BYTES", 100)
    sizes = [40, 40, 40, 200, 10]
    results = make_moysklad().bulk("entity/product", [{"name": "x" * size} for size in sizes])
    assert [isinstance(result, PermanentError) for result in results] == [False, False, False, True, False]
    assert all(len(request.body) <= 100 for request in stub.seen)


def test_a_list_that_fails_as_a_whole_raises(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(502, b"<html>Bad Gateway</html>"))
    with pytest.raises(OutcomeUnknown):
        make_moysklad().bulk("entity/product", [{"name": "x"}, {"name": "y"}])


def test_a_list_that_fails_half_way_says_so_for_each_object(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    def script(request: Any) -> Any:
        if len(stub.seen) == 2:
            return reply(200, cut="before")
        return reply(200, [{"id": item["name"]} for item in request.json])

    stub.script = script
    results = make_moysklad().bulk("entity/product", [{"name": str(number)} for number in range(2500)])
    assert len(results) == 2500
    assert all(isinstance(result, dict) for result in results[:1000])
    assert all(isinstance(result, OutcomeUnknown) for result in results[1000:2000])
    assert all(type(result) is TransientError for result in results[2000:])
    assert len(stub.seen) == 2, "nothing is sent after a failure"


@pytest.mark.parametrize("body", [[{"id": "1"}], {"id": "1"}, b"<html>", b""])
def test_an_answer_that_does_not_fit_the_list_leaves_it_open(
    make_moysklad: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    with pytest.raises(OutcomeUnknown):
        make_moysklad().bulk("entity/product", [{"name": "x"}, {"name": "y"}])


def test_a_result_is_a_dict_or_an_error(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, [{"id": "1"}, {"errors": [{"error": "x", "code": 1065}]}, "?"]))
    kinds = [type(result) for result in make_moysklad().orders.save([{}, {}, {}])]
    assert kinds[0] is dict
    assert all(issubclass(kind, ConnectorError) for kind in kinds[1:])

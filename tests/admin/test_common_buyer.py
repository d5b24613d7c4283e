"""One buyer for all retail orders: looked up by name when the shop is saved."""

from typing import Any

import pytest

from bridge.connections.models import Shop
from tests.admin import shop_page
from tests.admin.conftest import Desk
from tests.admin.shop_page import save_shop
from tests.admin.test_pages import words_of


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_page.with_everything_to_name()


CALLED = [("buyer-1", "Розничный покупатель"), ("buyer-2", "Розничный покупатель")]


def test_the_common_buyer_is_looked_up_by_name_once(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def candidates(_account: object, wanted: str) -> list[tuple[str, str]]:
        asked.append(wanted)
        return CALLED[:1]

    monkeypatch.setattr("bridge.sync.buyers.common_buyer.candidates", candidates)
    for _time in range(2):
        desk.said(save_shop(desk, shop, common_buyer="Розничный покупатель"))
        shop.refresh_from_db()
        assert (shop.common_buyer_id, shop.common_buyer_name) == CALLED[0]
    assert asked == ["Розничный покупатель"]
    desk.said(save_shop(desk, shop, common_buyer=""))
    shop.refresh_from_db()
    assert (shop.common_buyer_id, shop.common_buyer_name) == ("", "")


@pytest.mark.parametrize(
    ("found", "mistake"), [(CALLED, "buyer-1, buyer-2"), ([("b", "Розничный")], "«Розничный»"), ([], "—")]
)
def test_a_common_buyer_who_is_not_one_is_said(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch, found: list[tuple[str, str]], mistake: str
) -> None:
    monkeypatch.setattr("bridge.sync.buyers.common_buyer.candidates", lambda *_: found)
    response = save_shop(desk, shop, common_buyer="Розничный покупатель")
    assert mistake in words_of(response.content.decode())
    shop.refresh_from_db()
    assert shop.common_buyer_id == ""


def test_an_account_that_does_not_answer_is_said_at_the_common_buyer(
    desk: Desk, shop: Shop, settings: Any
) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    response = save_shop(desk, shop, common_buyer="Розничный покупатель")
    assert "по этому адресу никто не отвечает" in words_of(response.content.decode())
    shop.refresh_from_db()
    assert shop.common_buyer_id == ""

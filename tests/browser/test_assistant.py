"""A new user, an empty database and nothing but a browser: from the link on the console to an order that is closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from world import World, empty_world, eventually

from bridge.connections.models import Vendor
from bridge.sync.models import Watermark
from tests.browser.visitor import Visitor

PASSWORD = "correct horse battery 9"  # of a bridge that ends with the test
LINK = re.compile(r"http://\S+(/people/welcome/\S+)")
LONG = 300_000  # ms, for what workers read or test


@pytest.fixture(scope="module")
def bridge(
    database: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield from empty_world(tmp_path_factory.mktemp("bridge"))


def press(page: Page, name: str) -> None:
    """The button, or the link that looks like one; an arrow may stand behind its name."""
    called = re.compile(rf"^{name}( →)?$")
    button = page.get_by_role("button", name=called).or_(page.locator("a.desk-button", has_text=called))
    button.locator("visible=true").first.click()


def at_step(visitor: Visitor, number: int) -> None:
    """The step is open, fits the screen, and keeps nobody out."""
    expect(visitor.page.get_by_text(f"Шаг {number} из 7")).to_be_visible()
    expect(visitor.page.locator("li[aria-current=step] .desk-setup-number")).to_have_text(str(number))
    assert visitor.overflow() == 0
    assert visitor.grave_faults("#main") == []


@pytest.mark.timeout(1800)
def test_from_an_empty_database_to_a_closed_order(visit: Callable[..., Visitor], world: World) -> None:
    box = world.box
    printed = LINK.search(world.bridge.log_tail("web.log", 1000))
    assert printed, "the console prints a link"
    visitor = visit(role=None)
    page = visitor.open(printed[1])
    page.get_by_label("Имя для входа").fill("olga")
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    press(page, "Продолжить")
    page.wait_for_url("**/admin/")
    assert visitor.grave_faults() == []

    press(page, "Подключить магазин")
    at_step(visitor, 1)
    page.locator("#setup-token summary").click()
    page.get_by_label("Адрес МойСклад").locator("visible=true").fill(box.moysklad.url)
    page.get_by_label("Токен доступа").fill("wrong")
    press(page, "Проверить и подключить")
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("Токен доступа").fill(box.moysklad.token)
    press(page, "Проверить и подключить")
    expect(page.get_by_text("все нужные")).to_be_visible()
    at_step(visitor, 1)
    press(page, "Продолжить")

    at_step(visitor, 2)
    page.get_by_label("Адрес магазина").first.fill(box.store.url)
    press(page, "Получить код")
    code = page.locator("#pairing-code").inner_text()
    assert box.store.connect(code)["ok"], "pressed in the shop's settings"
    expect(page.get_by_text("Обе стороны сами обменялись ключами.")).to_be_visible()
    press(page, "Продолжить")

    at_step(visitor, 3)
    page.locator("select[name=organization_id]").select_option(label="ООО «Ромашка»")
    page.locator("input[name=number_prefix]").fill("WOO-")
    press(page, "Сохранить и продолжить")
    at_step(visitor, 4)
    press(page, "Сохранить и продолжить")

    at_step(visitor, 5)
    expect(page.get_by_text("Читаем товары с обеих сторон")).to_have_count(0, timeout=LONG)
    expect(page.get_by_text("Товары, которым нужно внимание: 1")).to_be_visible()
    at_step(visitor, 5)
    press(page, "Продолжить")

    at_step(visitor, 6)
    press(page, "Посмотреть, что изменится")
    expect(page.get_by_role("button", name="Запустить")).to_be_visible(timeout=LONG)
    at_step(visitor, 6)
    press(page, "Запустить")
    expect(page.get_by_text("Магазин работает")).to_be_visible(timeout=LONG)
    press(page, "Продолжить")

    at_step(visitor, 7)
    told = Watermark.objects.filter(connection__vendor=Vendor.MOYSKLAD, flow="subscriptions")
    eventually(
        lambda: told.filter(last_success_at__isnull=False).exists(),
        "the bridge has asked MoySklad for notifications, by itself",
        120,
    )
    page.get_by_role("checkbox").locator("visible=true").first.check()
    press(page, "Начать самопроверку")
    expect(page.get_by_text("Отчёт для копирования")).to_be_visible(timeout=LONG)
    expect(page.locator("#diagnosis .desk-text-danger")).to_have_count(0)
    hop = page.locator("#diagnosis .desk-check").filter(has_text="МойСклад → мост")
    expect(hop.locator(".desk-text-success")).to_have_count(1)
    expect(page.locator("#diagnosis .desk-text-success").first).to_be_visible()
    at_step(visitor, 7)
    press(page, "Завершить")
    expect(page.get_by_role("heading", name="Всё настроено")).to_be_visible()

    order = box.store.place_order({"S-00001": 2}, payment_method="cod")
    document = world.document(order["id"])
    page.get_by_role("link", name="Заказы", exact=True).locator("visible=true").first.click()
    row = page.locator("#result_list").get_by_role("row").filter(has_text=str(order["number"]))
    expect(row).to_be_visible()
    box.moysklad.set_state(document["id"], "Завершен")
    eventually(lambda: world.site_status(order["id"]) == "completed", "it is completed on the site", 60)
    world.quiet(60)
    row.get_by_role("link").first.click()
    on_site = page.locator(".desk-figure").filter(has=page.get_by_text("На сайте", exact=True))
    expect(on_site.get_by_text("выполнен", exact=True)).to_be_visible()
    journey = page.locator("#journey")
    for passed in ("Заказ оформлен на сайте", "Документ изменился в МойСклад", "Статус → сайт: готово"):
        expect(journey.get_by_text(passed, exact=True).first).to_be_visible()
    assert visitor.overflow() == 0
    assert visitor.grave_faults() == []

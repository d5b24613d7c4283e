"""The one catalogue both stand-ins are filled from: the same articles on both sides, Russian names, neutral people."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

STORES = ("Основной склад", "Магазин")
ORGANIZATION = "ООО «Ромашка»"
SALES_CHANNEL = "Интернет-магазин"
DELIVERY_SERVICE = "Доставка"
SECOND_ORGANIZATION = "ООО «Василёк»"
PROJECTS = ("Розница", "Опт")
EMPLOYEES = (("Менеджер", "manager"), ("Кладовщик", "warehouse"))
CONTRACT = "Договор поставки"
BANK_ACCOUNTS = (("40702810000000000001", "Первый банк"), ("40702810000000000002", "Второй банк"))
COUNTRIES = (("112", "Беларусь"), ("398", "Казахстан"))
REGIONS = (
    ("50", "Московская обл"),
    ("78", "г Санкт-Петербург"),
    ("47", "Ленинградская обл"),
    ("23", "Краснодарский край"),
    ("66", "Свердловская обл"),
    ("16", "Респ Татарстан"),
)
EXPENSE_ITEMS = ("Возврат", "Закупка товаров")
STATES = (
    ("Новый", "Regular"),
    ("Подтвержден", "Regular"),
    ("Отгружен", "Regular"),
    ("Завершен", "Successful"),
    ("Отменен", "Unsuccessful"),
)
THINGS = ("Кружка", "Тетрадь", "Рюкзак", "Чехол для телефона", "Плед", "Лампа настольная", "Чайник", "Зонт")
CLOTHES = ("Платье", "Футболка", "Куртка", "Свитер")
SIZES = ("XS", "S", "M", "L")
SPECIALS = ("duplicate_article", "missing_on_site", "missing_in_moysklad", "no_sku", "bundle", "archived")


@dataclass
class Item:
    """One thing to sell. Price in kopecks; `stock` per store of MoySklad; variants carry their parent's article."""

    article: str
    name: str
    price: int
    stock: tuple[int, int]
    parent: str = ""
    size: str = ""
    kind: str = "product"
    in_moysklad: bool = True
    on_site: bool = True
    site_sku: str | None = None  # None: the article

    @property
    def sku(self) -> str:
        return self.article if self.site_sku is None else self.site_sku


@dataclass
class Seed:
    """How much of what. `items` counts what can be sold: four fifths simple goods, one fifth variants, four to a
    parent.

    `special` adds odd items: see SPECIALS; their articles are X-DUP, X-NOSITE, X-NOMS, X-NOSKU, X-SET, X-ARCHIVED.
    """

    items: int = 20
    seed: int = 1
    special: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        unknown = set(self.special) - set(SPECIALS)
        if unknown:
            raise ValueError(f"unknown special items {sorted(unknown)}; known: {', '.join(SPECIALS)}")

    def catalogue(self) -> list[Item]:
        """Parents come before their variants. Articles: S-00001 simple, V-00001 parent, V-00001-1 variant."""
        draw = random.Random(self.seed)
        variants = self.items // 5
        items = [self._simple(number, draw) for number in range(1, self.items - variants + 1)]
        for number in range(variants):
            parent = f"V-{number // len(SIZES) + 1:05d}"
            name = f"{CLOTHES[(number // len(SIZES)) % len(CLOTHES)]} {number // len(SIZES) + 1}"
            if number % len(SIZES) == 0:
                items.append(Item(parent, name, draw.randrange(90_000, 500_000, 1000), (0, 0), kind="parent"))
            size = SIZES[number % len(SIZES)]
            stock = (draw.randrange(3, 40), draw.randrange(0, 12))
            items.append(
                Item(
                    f"{parent}-{number % len(SIZES) + 1}",
                    name,
                    items[-1].price,
                    stock,
                    parent,
                    size,
                    "variant",
                )
            )
        return [*items, *self._specials()]

    def _simple(self, number: int, draw: random.Random) -> Item:
        name = f"{THINGS[(number - 1) % len(THINGS)]} №{number}"
        price = draw.randrange(10_000, 300_000, 50)
        return Item(f"S-{number:05d}", name, price, (draw.randrange(5, 60), draw.randrange(0, 20)))

    def _specials(self) -> Iterator[Item]:
        if "duplicate_article" in self.special:
            yield Item("X-DUP", "Ваза синяя", 150_000, (4, 0))
            yield Item("X-DUP", "Ваза зелёная", 155_000, (6, 0), on_site=False)
        if "missing_on_site" in self.special:
            yield Item("X-NOSITE", "Товар только в МоёмСкладе", 70_000, (5, 5), on_site=False)
        if "missing_in_moysklad" in self.special:
            yield Item("X-NOMS", "Товар только на сайте", 80_000, (3, 0), in_moysklad=False)
        if "no_sku" in self.special:
            yield Item("X-NOSKU", "Товар без артикула на сайте", 60_000, (2, 0), site_sku="")
        if "bundle" in self.special:
            yield Item("X-SET", "Набор подарочный", 200_000, (0, 0), kind="bundle")
        if "archived" in self.special:
            yield Item("X-ARCHIVED", "Товар в архиве", 90_000, (1, 0), kind="archived")

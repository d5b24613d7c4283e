"""Two large catalogues for measuring links, and the measured work; each step is a process of its own:

    python catalogue_of_links.py make|match|naive|file COUNT

prints one line of JSON. DATABASE_URL names the database.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bridge.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
django.setup()

from django.core.management import call_command  # noqa: E402
from rapidfuzz import fuzz  # noqa: E402

from bridge import routes  # noqa: E402
from bridge.catalog import suggestions  # noqa: E402
from bridge.catalog.models import Listing, Product, ProductBinding  # noqa: E402
from bridge.connections.models import Connection, Shop  # noqa: E402
from bridge.domain.suggestions import words_of  # noqa: E402
from bridge.sync import leased  # noqa: E402
from bridge.sync.goods import catalog_from_moysklad  # noqa: E402
from bridge.sync.links import link_runs  # noqa: E402

THINGS = (
    *("Кружка", "Футболка", "Чашка", "Тарелка", "Ваза", "Плед", "Подушка", "Рубашка", "Куртка", "Ботинки"),
    *("Кроссовки", "Чехол", "Лампа", "Светильник", "Стул", "Стол", "Полка", "Рюкзак", "Сумка", "Кошелёк"),
    *("Ремень", "Шапка", "Шарф", "Перчатки", "Носки", "Платье", "Юбка", "Брюки", "Джинсы", "Свитер"),
)
KINDS = (
    *("керамическая", "хлопковая", "стеклянная", "деревянная", "шерстяная", "кожаная", "стальная", "детская"),
    *("мужская", "женская", "зимняя", "летняя", "спортивная", "классическая", "домашняя", "дорожная"),
)
COLOURS = (
    *("белый", "чёрный", "красный", "синий", "зелёный", "жёлтый"),
    *("серый", "бежевый", "коричневый", "розовый", "голубой", "фиолетовый"),
)
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
UNITS = ("мл", "см", "г", "шт", "мм")
PORTION = 5000
SAMPLE = 20


def rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def brand(dice: random.Random) -> str:
    return "".join(dice.choice("бвгдклмнпрст") + dice.choice("аеиоу") for _ in range(3)).capitalize()


def goods(count: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Items of the warehouse; a third are variants, seven of a product."""
    brands = [brand(dice) for _ in range(500)]
    number = 0
    while number < count:
        name = f"{dice.choice(THINGS)} {dice.choice(KINDS)} «{dice.choice(brands)}»"
        if dice.random() < 0.06:
            parent = f"id-{number}"
            yield {"external_id": parent, "kind": "product", "name": name, "article": f"P-{number:06}"}
            pairs = dice.sample([(colour, size) for colour in COLOURS for size in SIZES], 7)
            for own, (colour, size) in enumerate(pairs, number + 1):
                variant = {"kind": "variant", "parent_external_id": parent, "article": f"V-{own:06}"}
                yield {"external_id": f"id-{own}", "name": f"{name} ({colour}, {size})", **variant}
            number += 8
        else:
            full = f"{name}, {dice.choice(COLOURS)}, {dice.randrange(10, 990)} {dice.choice(UNITS)}"
            yield {
                "external_id": f"id-{number}",
                "kind": "product",
                "name": full,
                "article": f"A-{number:06}",
            }
            number += 1


def on_site(item: dict[str, Any], number: int, dice: random.Random) -> dict[str, Any]:
    """The same item as a shop has it; one of five cannot be linked by its SKU."""
    variant = item["kind"] == "variant"
    name = item["name"].replace(" (", " - ").rstrip(")") if variant else item["name"]
    listing = {"product_id": str(number), "variation_id": str(number) if variant else "", "name": name}
    listing |= {"sku": item["article"], "kind": "variation" if variant else "simple"}
    fate = number % 50
    if fate < 5:  # no SKU, the name written by somebody else
        return listing | {"sku": "", "name": rewritten(name, dice)}
    if fate == 5:
        return listing | {"sku": f" {item['article'].lower()} ".replace("-", " -")}
    if fate == 6:  # a variation here, no variant there, or the other way round
        return listing | {"variation_id": "" if variant else str(number)}
    if fate in (7, 8):
        return listing | {"sku": f"SAME-{number // 50}"}
    if fate == 9:
        return listing | {"sku": f"OLD-{number}", "name": f"Снято с продажи {brand(dice)} {number}"}
    return listing


def rewritten(name: str, dice: random.Random) -> str:
    """The words in another order, one letter mistyped, sometimes a word fewer."""
    words = name.replace(",", "").replace("«", "").replace("»", "").split()
    if dice.random() < 0.3:
        words.remove(dice.choice([word for word in words if word.isalpha()]))
    dice.shuffle(words)
    text = " ".join(words)
    place = dice.choice([at for at, letter in enumerate(text) if letter.isalpha()])
    return text[:place] + dice.choice("аеиот") + text[place + 1 :]


def make(count: int) -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    dice = random.Random(7)
    account = Connection.objects.create(vendor="moysklad", name="main", base_url="http://127.0.0.1:9")
    site = Connection.objects.create(vendor="woocommerce", name="site", base_url="http://127.0.0.1:9/")
    shop = Shop.objects.create(name="site", site=site, account=account)
    products: list[Product] = []
    listings: list[Listing] = []
    for number, item in enumerate(goods(count, dice)):
        products.append(Product(connection=account, **item))
        listings.append(Listing(shop=shop, **on_site(item, number, dice)))
        if len(products) == PORTION:
            keep(products, listings)
    keep(products, listings)
    Product.objects.filter(pk__in=Product.objects.filter(article__endswith="43")[:500]).update(article="TWIN")
    return {"items": Product.objects.count(), "listings": Listing.objects.count()}


def keep(products: list[Product], listings: list[Listing]) -> None:
    Product.objects.bulk_create(products)
    Listing.objects.bulk_create(listings)
    products.clear()
    listings.clear()


def match(_count: int) -> dict[str, Any]:
    shop, before, begun = Shop.objects.get(), rss(), time.monotonic()
    linked = sum(new for _reached, new in catalog_from_moysklad.links(shop))
    matched = time.monotonic()
    looked_at = sum(suggestions.look(shop))
    ended = time.monotonic()
    unlinked = suggestions.unlinked(shop)
    states = {
        match: unlinked.filter(match=match).count() for match in ("missing", "no_sku", "ambiguous", "kind")
    }
    sure = suggestions.sure(shop, 95)
    answers = {"match": matched - begun, "suggest": ended - matched, "rss": rss(), "rss_before": before}
    return answers | {
        "cpu": time.process_time(),
        "linked": linked,
        "looked_at": looked_at,
        "states": states,
        "right": right(unlinked.filter(match="no_sku")),
        "sure": sure.count(),
        "sure_right": right(sure),
        "wrong_links": ProductBinding.objects.count() - right_links(),
    }


def right(listings: Any) -> int:
    """Of these listings, how many have the item they were made from as their suggestion."""
    rows = listings.filter(suggestion__isnull=False).values_list("product_id", "suggestion__external_id")
    return sum(item == f"id-{number}" for number, item in rows)


def right_links() -> int:
    rows = ProductBinding.objects.values_list("listing__product_id", "product__external_id")
    return sum(item == f"id-{number}" for number, item in rows.iterator())


def naive(_count: int) -> dict[str, Any]:
    """As a plugin does it: a question for each SKU, each name against every name; a sample."""
    shop = Shop.objects.get()
    begun = time.monotonic()
    for listing in Listing.objects.filter(sku__startswith="A-").order_by("pk")[: SAMPLE * 10]:
        list(Product.objects.filter(connection=shop.account, article=listing.sku)[:2])
    by_sku = (time.monotonic() - begun) / (SAMPLE * 10)
    names = [" ".join(words_of(name)) for name in Product.objects.values_list("name", flat=True).iterator()]
    begun = time.monotonic()
    for listing in Listing.objects.filter(sku="").order_by("pk")[:SAMPLE]:
        wanted = " ".join(words_of(listing.name))
        max(fuzz.ratio(wanted, name) for name in names)
    return {"by_sku": by_sku, "by_name": (time.monotonic() - begun) / SAMPLE}


def file(count: int) -> dict[str, Any]:
    """A file with a line for each listing: checked, made, taken back."""
    shop = Shop.objects.get()
    lines = ["product_id;variation_id;moysklad_id"]
    rows = Listing.objects.order_by("pk").values_list("product_id", "variation_id")
    lines += [f"{product};{variation};id-{product}" for product, variation in rows]
    content = "\n".join(lines).encode()
    steps = {}
    begun = time.monotonic()
    run = link_runs.from_file(shop, "owner", "links.csv", content)
    for step, act in (("check", None), ("make", link_runs.agree), ("undo", link_runs.take_back)):
        if act is not None:
            act(run)
        while leased.run("linkrun", run.pk, routes.LONG_WORK):
            pass
        run.refresh_from_db()
        steps[step] = time.monotonic() - begun
        begun = time.monotonic()
    counts = {name: n for name, n in run.counts.items() if name != "shown"}
    return {**steps, "rss": rss(), "counts": counts, "megabytes": len(content) / 1e6}


if __name__ == "__main__":
    print(
        json.dumps(
            {"make": make, "match": match, "naive": naive, "file": file}[sys.argv[1]](int(sys.argv[2]))
        )
    )

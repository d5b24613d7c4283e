"""Cards of goods: prices by type and currency, barcodes, groups, extra fields, images, variants, bundles."""

from __future__ import annotations

import base64
import uuid

import pytest


@pytest.fixture
def moysklad(api):
    return api.box.moysklad


@pytest.fixture
def product(api):
    """Makes a product with a name of its own and these fields."""

    def make(**fields):
        return api.post("/entity/product", {"name": f"Товар {uuid.uuid4()}", **fields})

    return make


def kept(api, item, **query):
    return api.get(f"/entity/{item['meta']['type']}/{item['id']}", **query)


def price_type(api, name):
    types = api.get("/context/companysettings/pricetype")
    return next(item for item in types if item["name"] == name)


def prices(item):
    return {price["priceType"]["name"]: price["value"] for price in item["salePrices"]}


@pytest.fixture(scope="module")
def wholesale(api):
    """A second price type of the account."""
    api.box.moysklad.add_price_type("Оптовая цена")
    return price_type(api, "Оптовая цена")


def test_the_account_names_its_price_types_the_first_is_the_default(api, wholesale):
    types = api.get("/context/companysettings/pricetype")
    assert [item["name"] for item in types] == ["Цена продажи", "Оптовая цена"]
    assert api.get("/context/companysettings")["priceTypes"] == types
    assert api.get("/context/companysettings/pricetype/default") == types[0]
    assert api.get(f"/context/companysettings/pricetype/{wholesale['id']}") == wholesale
    assert api.refused("GET", f"/context/companysettings/pricetype/{uuid.uuid4()}") == (404, [1021])


def test_price_types_are_edited_as_one_list(api, wholesale):
    path = "/context/companysettings/pricetype"
    before = api.get(path)
    after = api.post(path, [*before, {"name": "Для друзей"}])
    assert [item["name"] for item in after] == ["Цена продажи", "Оптовая цена", "Для друзей"]
    renamed = api.post(path, [*before, {"meta": after[2]["meta"], "name": "Для своих"}])
    assert [item["id"] for item in renamed] == [item["id"] for item in after]
    assert renamed[2]["name"] == "Для своих"
    assert api.post(path, before) == before
    assert api.refused("POST", path, [*before, {"name": "Цена продажи"}]) == (412, [3006])
    assert api.refused("POST", path, []) == (412, [3008])


def test_a_card_shows_a_price_of_every_type_with_its_currency(api, product, wholesale, moysklad):
    dollar = api.ref("currency", moysklad.add_currency("USD", 90.0))
    card = product(
        salePrices=[{"value": 1999.0, "currency": dollar, "priceType": {"meta": wholesale["meta"]}}],
        buyPrice={"value": 1000.5, "currency": dollar},
        minPrice={"value": 150000},
    )
    assert prices(card) == {"Цена продажи": 0.0, "Оптовая цена": 1999.0}
    own, sold_in = (price["currency"]["meta"]["href"] for price in card["salePrices"])
    assert sold_in == dollar["meta"]["href"] != own
    assert (card["buyPrice"]["value"], card["minPrice"]["value"]) == (1000.5, 150000.0)
    assert card["buyPrice"]["currency"]["meta"]["href"] == dollar["meta"]["href"]
    assert card["minPrice"]["currency"]["meta"]["href"] == own
    shown = kept(api, card, expand="salePrices.currency")
    assert [price["currency"]["isoCode"] for price in shown["salePrices"]] == ["RUB", "USD"]


def test_an_update_of_one_price_leaves_the_prices_of_other_types(api, product, wholesale):
    sale = price_type(api, "Цена продажи")
    card = product(salePrices=[{"value": 100.0, "priceType": {"meta": sale["meta"]}}])
    body = {"salePrices": [{"value": 80.0, "priceType": {"meta": wholesale["meta"]}}]}
    assert prices(api.put(f"/entity/product/{card['id']}", body)) == {
        "Цена продажи": 100.0,
        "Оптовая цена": 80.0,
    }


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"salePrices": [{"value": 1.0}]}, 412, 3000),
        ({"buyPrice": {"value": -1.0}}, 412, 3002),
        ({"buyPrice": {"value": "1"}}, 400, 2016),
        ({"barcodes": [{"gtin": "4600000000001"}]}, 412, 3014),
        ({"barcodes": [{"qr": "x"}]}, 412, 3005),
        ({"barcodes": [{"code128": "x" * 256}]}, 412, 3011),
        ({"images": [{"filename": "a.png", "content": "no base64!"}]}, 412, 51002),
        ({"images": [{"filename": "a.png"}]}, 412, 51001),
    ],
)
def test_a_wrong_card_is_refused(api, fields, status, code):
    assert api.refused("POST", "/entity/product", {"name": "x", **fields}) == (status, [code])


def test_currencies_tell_rate_multiplicity_and_direction(api, moysklad):
    direct, back = (
        moysklad.add_currency("CNY", 1234.5, multiplicity=100),
        moysklad.add_currency("KZT", 5.4, indirect=True),
    )
    shown = {row["id"]: row for row in api.get("/entity/currency")["rows"]}
    assert [shown[direct][name] for name in ("rate", "multiplicity", "indirect")] == [1234.5, 100, False]
    assert [shown[back][name] for name in ("rate", "multiplicity", "indirect")] == [5.4, 1, True]
    assert [row["isoCode"] for row in shown.values() if row["default"]] == ["RUB"]


def test_goods_without_a_barcode_get_one_and_a_list_replaces_all(api, product):
    first, second = product(), product()
    (one,), (other,) = first["barcodes"], second["barcodes"]
    assert one != other
    assert len(one["ean13"]) == 13
    every = [
        {"ean13": "4606224261447"},
        {"ean8": "20000004"},
        {"code128": "ABC-1"},
        {"gtin": "00000000000130"},
        {"upc": "042100005264"},
    ]
    path = f"/entity/product/{first['id']}"
    assert api.put(path, {"barcodes": every})["barcodes"] == every
    assert api.put(path, {"barcodes": [{"ean13": ""}, {"upc": "1"}]})["barcodes"] == [{"upc": "1"}]
    assert "barcodes" not in api.put(path, {"barcodes": []})
    assert "barcodes" not in product(barcodes=[{"ean13": ""}])


@pytest.mark.parametrize(
    ("condition", "found"),
    [("barcode=777123", True), ("barcode~7712", True), ("barcode~=777", True), ("barcode=~124", False)],
)
def test_goods_are_found_by_barcode(api, product, condition, found):
    card = product(barcodes=[{"ean13": "4606224261447"}, {"code128": "777123"}])
    rows = api.get("/entity/product", filter=condition)["rows"]
    assert (card["id"] in [row["id"] for row in rows]) is found


def test_groups_of_goods_make_a_tree_and_cards_name_their_path(api, product, moysklad):
    clothes = moysklad.add_folder("Одежда")
    winter = moysklad.add_folder("Зимняя", inside=clothes)
    card = product(productFolder=api.ref("productfolder", winter), vat=20, vatEnabled=True)
    assert card["pathName"] == "Одежда/Зимняя"
    folders = {row["id"]: row for row in api.get("/entity/productfolder")["rows"]}
    assert (folders[clothes]["pathName"], folders[winter]["pathName"]) == ("", "Одежда")
    assert folders[winter]["productFolder"]["meta"]["href"].endswith(clothes)
    api.put(f"/entity/productfolder/{clothes}", {"name": "Платья"})
    assert kept(api, card)["pathName"] == "Платья/Зимняя"
    assert kept(api, card, expand="productFolder")["productFolder"]["name"] == "Зимняя"
    href = api.href("productfolder", winter)
    for condition in (f"productFolder={href}", "pathName=Платья/Зимняя", "pathName~=Платья"):
        assert [row["id"] for row in api.get("/entity/product", filter=condition)["rows"]] == [card["id"]]
    assert api.refused("DELETE", f"/entity/productfolder/{winter}") == (409, [1028])


def test_goods_may_take_the_rate_of_their_group(api, product):
    group = api.post("/entity/productfolder", {"name": "Книги", "vat": 10, "vatEnabled": True})
    own = product(productFolder={"meta": group["meta"]}, vat=20, vatEnabled=True)
    taken = product(productFolder={"meta": group["meta"]}, useParentVat=True)
    assert (own["effectiveVat"], taken["effectiveVat"]) == (20, 10)


def test_extra_fields_of_goods_may_be_dates_and_are_shared_by_kinds_of_goods(api, product, moysklad):
    id_ = moysklad.add_attribute("product", "Скидка до", "time")
    meta = {"href": f"{api.url}/entity/product/metadata/attributes/{id_}", "type": "attributemetadata"}
    body = {"attributes": [{"meta": meta, "value": "2026-12-01 12:30:45"}]}
    card = product(**body)
    assert [item["value"] for item in card["attributes"]] == ["2026-12-01 12:30:00.000"]
    service = api.post("/entity/service", {"name": "Монтаж", **body})
    assert service["attributes"][0]["meta"]["href"] == meta["href"]
    rows = api.get("/entity/service/metadata/attributes")["rows"]
    assert id_ in [row["id"] for row in rows]
    found = api.get("/entity/product", filter=f"{meta['href']}=2026-12-01 12:30:00")["rows"]
    assert card["id"] in [row["id"] for row in found]


def test_measures_texts_and_codes_of_a_card_are_kept(api, product):
    fields = {
        "weight": 0.35,
        "volume": 0.002,
        "description": "Строка 1\nСтрока 2",
        "article": "A-1",
        "code": "C-1",
        "externalCode": "E-1",
        "uom": api.ref("uom", next(iter(api.box.moysklad.directory("uom").values()))),
    }
    card = product(**fields)
    assert {name: card[name] for name in fields} | {"uom": 0} == fields | {"uom": 0}
    assert kept(api, card, expand="uom")["uom"]["name"] == "шт"
    for condition in ("article=A-1", "code=C-1", "externalCode=E-1", f"id={card['id']}"):
        assert [row["id"] for row in api.get("/entity/product", filter=condition)["rows"]] == [card["id"]]


def test_images_show_their_metadata_and_an_empty_list_removes_them(api, product):
    content = base64.b64encode(b"a picture").decode()
    card = product(images=[{"filename": "кот.png", "content": content}])
    assert (card["images"]["meta"]["size"], "rows" in card["images"]) == (1, False)
    (image,) = api.get(f"/entity/product/{card['id']}/images")["rows"]
    assert (image["title"], image["filename"], image["size"]) == ("кот", "кот.png", 9)
    assert image["meta"]["downloadHref"].startswith(f"{api.url}/download/")
    assert kept(api, card, expand="images")["images"]["rows"] == [image]
    assert api.put(f"/entity/product/{card['id']}", {"images": []})["images"]["meta"]["size"] == 0


def test_a_variant_is_named_after_its_characteristics_and_has_its_own_article(api, product):
    parent = product(article="P-1")
    sizes = [{"name": "Цвет", "value": "синий"}, {"name": "Рост", "value": "170"}]
    body = {"product": {"meta": parent["meta"]}, "characteristics": sizes, "article": "P-1-a"}
    variant = api.post("/entity/variant", body)
    assert variant["name"] == f"{parent['name']} (синий, 170)"
    assert variant["article"] == "P-1-a"
    assert [item["ean13"][:2] for item in variant["barcodes"]] == ["20"]
    colour = variant["characteristics"][0]
    known = {item["id"]: item for item in api.get("/entity/variant/metadata")["characteristics"]}
    assert known[colour["id"]]["name"] == "Цвет"
    assert colour["meta"]["href"].endswith(f"/characteristics/{colour['id']}")
    assert api.refused("POST", "/entity/variant", body) == (412, [15000])
    doubled = body | {"characteristics": [sizes[0], {"id": colour["id"], "value": "красный"}]}
    assert api.refused("POST", "/entity/variant", doubled) == (412, [15004])
    white = {"article": "P-1-b", "characteristics": [{"id": colour["id"], "value": "белый"}]}
    other = api.post("/entity/variant", body | white)
    assert kept(api, parent)["variantsCount"] == 2
    rows = api.get("/entity/variant", filter=f"productid={parent['id']}")["rows"]
    assert {row["id"] for row in rows} == {variant["id"], other["id"]}
    assert [row["id"] for row in api.get("/entity/variant", filter="article=P-1-a")["rows"]] == [
        variant["id"]
    ]


@pytest.fixture
def parts(product):
    return [product(), product()]


def bundle_body(parts, name="Набор"):
    rows = [{"assortment": {"meta": part["meta"]}, "quantity": 2.0} for part in parts]
    return {"name": name, "components": rows}


def test_a_bundle_counts_its_components_and_shows_them_when_expanded(api, parts):
    bundle = api.post("/entity/bundle", bundle_body(parts))
    assert (bundle["components"]["meta"]["size"], "rows" in bundle["components"]) == (2, False)
    page = api.get(f"/entity/bundle/{bundle['id']}/components")
    assert page["meta"]["size"] == 2
    assert [row["quantity"] for row in page["rows"]] == [2.0, 2.0]
    shown = kept(api, bundle, expand="components")["components"]["rows"]
    assert shown == page["rows"]
    deep = kept(api, bundle, expand="components.assortment")["components"]["rows"]
    assert [row["assortment"]["name"] for row in deep] == [part["name"] for part in parts]
    one = api.get(f"/entity/bundle/{bundle['id']}/components/{shown[1]['id']}")
    assert one == shown[1]


def test_components_are_left_out_silently_above_a_hundred_rows(api, parts):
    api.post("/entity/bundle", bundle_body(parts))
    at_most = api.get("/entity/bundle", limit=100, expand="components")["rows"]
    above = api.get("/entity/bundle", limit=101, expand="components")["rows"]
    assert all("rows" in row["components"] for row in at_most)
    assert not any("rows" in row["components"] for row in above)


def test_a_bundle_needs_components_none_twice_and_none_a_bundle(api, parts):
    first = api.post("/entity/bundle", bundle_body(parts))
    for wrong, code in (([], 29000), ([parts[0], parts[0]], 29002), ([first], 29003)):
        assert api.refused("POST", "/entity/bundle", bundle_body(wrong)) == (412, [code])


def test_a_bundle_that_was_sold_keeps_its_components(api, parts, product):
    bundle = api.post("/entity/bundle", bundle_body(parts))
    line = {"quantity": 1, "assortment": {"meta": bundle["meta"]}}
    api.post("/entity/customerorder", api.order(line))
    path = f"/entity/bundle/{bundle['id']}"
    assert api.put(path, bundle_body(parts, "Другое имя"))["name"] == "Другое имя"
    assert api.refused("PUT", path, bundle_body([product()])) == (412, [29001])


def test_the_whole_assortment_has_the_same_cards(api, product, wholesale):
    card = product(article="WHOLE-1")
    (row,) = api.get("/entity/assortment", filter="article=WHOLE-1")["rows"]
    stock = {"stock", "reserve", "inTransit", "quantity"}
    assert {name: value for name, value in row.items() if name not in stock} == kept(api, card)
    header = {"X-Lognex-Remap-Beta-Feature": "assortmentWithoutStock"}
    query = {"filter": f"updated>={card['updated'][:19]}", "order": "updated,asc", "limit": 100}
    answer = api.call("GET", "/entity/assortment", params=query, headers=header)
    assert kept(api, card) in answer.json()["rows"]

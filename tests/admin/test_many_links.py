"""Many links on the desk: figures, suggestions by one click or all that are sure, files in and out, taking back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bridge import routes
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.domain import link_table
from bridge.sync import flows, leased
from bridge.sync.links import headings, verdicts
from bridge.sync.models import LinkRun, Watermark
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/listing/"
EN = "en"


@pytest.fixture
def shop(db: None) -> Shop:
    return factories.ShopFactory()


def page(run: LinkRun) -> str:
    return f"/admin/bridge/linkrun/{run.pk}/change/"


def of(shop: Shop, what: str) -> str:
    return f"{LIST}shop/{shop.pk}/{what}/"


def work() -> LinkRun:
    run = LinkRun.objects.latest("pk")
    while leased.run("linkrun", run.pk, routes.LONG_WORK):
        pass
    return LinkRun.objects.get(pk=run.pk)


def item(shop: Shop, **fields: Any) -> Product:
    return factories.ProductFactory(connection=shop.account, **fields)


def suggested(shop: Shop, name: str = "Кружка белая", score: int = 97) -> Listing:
    product = item(shop, name=f"{name} 1")
    return factories.ListingFactory(shop=shop, name=name, suggestion=product, suggestion_score=score)


def send(desk: Desk, shop: Shop, content: bytes) -> Any:
    return desk.post(of(shop, "upload"), {"file": SimpleUploadedFile("goods.csv", content)}, EN)


def test_figures_stand_above_the_list_and_lead_to_their_rows(desk: Desk, shop: Shop) -> None:
    factories.LinkedListingFactory(shop=shop)
    suggested(shop)
    factories.ListingFactory(shop=shop, match="kind")
    factories.LinkedListingFactory(shop=shop, name="Пропавшая", match="missing")
    Product.objects.filter(bindings__listing__name="Пропавшая").update(present=False)
    factories.ListingFactory(shop=shop, earlier_link="an-id", match="no_sku")
    html = desk.get(LIST, EN)
    said = words_of(html)
    for figure in (
        "Linked 1",
        "Not linked 3",
        "Conflicts 1",
        "With a suggestion 1",
        "Lost their other side 1",
    ):
        assert figure in said, figure
    assert "Take over links of an earlier plugin: 1…" in said
    lost = words_of(desk.get(LIST, EN, link="lost"))
    assert "Пропавшая" in lost
    assert "No longer in MoySklad" in lost or "no longer in MoySklad" in lost
    assert "Кружка белая" not in lost


def test_a_shop_without_goods_says_what_comes(desk: Desk, shop: Shop) -> None:
    assert "No products of the site have been read yet." in words_of(desk.get(LIST, EN))


def test_an_import_under_way_shows_how_far_it_is_and_renews_itself(desk: Desk, shop: Shop) -> None:
    factories.LinkedListingFactory(shop=shop)
    assert "every 3s" not in desk.get(LIST, EN)
    Watermark.objects.create(
        connection=shop.site,
        flow="site_catalogue",
        next_due_at=timezone.now(),
        cursor={"step": "goods"},
        done=2500,
        total=10000,
    )
    html = desk.get(LIST, EN)
    assert 'value="25"' in html
    assert "25% · 2500 of 10000" in words_of(html)
    assert 'hx-trigger="every 3s"' in html


def test_a_suggestion_becomes_the_link_by_one_click(desk: Desk, shop: Shop) -> None:
    listing = suggested(shop)
    parked = factories.ParkedFactory(shop=shop, order=factories.OrderFactory(shop=shop))
    html = desk.get(LIST, EN)
    assert "likeness 97%" in words_of(html)
    [action] = re.findall(r'name="suggestion" value="(\d+)" formaction="([^"]+confirm/)"', html)
    assert action == (str(listing.suggestion_id), f"{LIST}{listing.pk}/confirm/")
    said = desk.said(desk.post(action[1], {"suggestion": action[0]}, EN))
    assert said == [
        f"Кружка белая ({listing.sku}) is linked with {Product.objects.get()}.",
        "Orders that waited for this link and now go on: 1.",
    ]
    binding = ProductBinding.objects.get()
    assert (binding.listing, binding.product_id, binding.origin) == (listing, int(action[0]), "person")
    parked.refresh_from_db()
    assert parked.state == "waiting"
    again = desk.said(desk.post(action[1], {"suggestion": action[0]}, EN))
    assert again == ["This suggestion was decided on already."]


def test_a_refused_suggestion_is_kept_in_mind(desk: Desk, shop: Shop) -> None:
    listing = suggested(shop)
    product = listing.suggestion_id
    desk.said(desk.post(f"{LIST}{listing.pk}/refuse/", {"suggestion": product}, EN))
    listing.refresh_from_db()
    assert (listing.suggestion, listing.suggestion_score, listing.refused_products) == (None, None, [product])
    assert not ProductBinding.objects.exists()


def test_chosen_rows_are_linked_or_refused_together(desk: Desk, shop: Shop) -> None:
    first, second, third = suggested(shop, "Плед"), suggested(shop, "Ваза"), suggested(shop, "Стул")
    plain = factories.ListingFactory(shop=shop)
    assert desk.do("listing", "confirm_many", [first, second, plain]) != []
    assert ProductBinding.objects.count() == 2
    desk.do("listing", "refuse_many", [third, plain])
    third.refresh_from_db()
    assert third.suggestion is None


def test_all_that_are_sure_are_counted_first_then_linked_then_taken_back(desk: Desk, shop: Shop) -> None:
    rows = [suggested(shop, f"Вещь {score}", score) for score in (100, 97, 90)]
    Listing.objects.filter(pk=rows[0].pk).update(name="Самая похожая")
    text = words_of(desk.get(of(shop, "suggestions"), EN, least="95"))
    assert "With a likeness from 95%: 2." in text
    assert "from 90% 3" in text
    assert "Вещь 97" in text
    assert not ProductBinding.objects.exists()
    answer = desk.post(of(shop, "suggestions"), {"least": "95"}, EN)
    run = work()
    assert answer.headers["Location"] == page(run)
    assert ProductBinding.objects.count() == 2
    text = words_of(desk.get(page(run), EN))
    assert "Links made 2" in text
    said = desk.said(desk.post(f"/admin/bridge/linkrun/{run.pk}/take-back/", {"_form_submitted": "1"}, EN))
    assert said == ["The links are being taken back."]
    assert work().step == "undone"
    assert not ProductBinding.objects.exists()


@pytest.mark.parametrize("least", ["", "abc", "0", "101"])
def test_a_likeness_that_is_none_links_nothing(desk: Desk, shop: Shop, least: str) -> None:
    suggested(shop, score=100)
    assert desk.post(of(shop, "suggestions"), {"least": least}, EN).status_code == 200
    assert not LinkRun.objects.exists()


def test_all_links_are_downloaded_in_the_readers_way(desk: Desk, shop: Shop) -> None:
    listing = factories.LinkedListingFactory(shop=shop, name='=HYPERLINK("x")', sku="A-1")
    suggested(shop)
    for language, separator in (("ru", ";"), (EN, ",")):
        desk.client.cookies["django_language"] = language
        answer = desk.client.get(of(shop, "download"))
        content = b"".join(answer.streaming_content)
        assert content.startswith(b"\xef\xbb\xbf")
        text = link_table.decoded(content)
        head = text.split("\r\n")[0]
        assert (
            head.split(separator)[2:5]
            == {
                "ru": ["артикул на сайте", "название на сайте", "ID в МойСклад"],
                EN: ["SKU on the site", "name on the site", "MoySklad ID"],
            }[language]
        )
        first, second = link_table.lines(text, headings.known())
        assert first["moysklad_id"] == listing.binding.product.external_id
        assert second["suggestion"] == "Кружка белая 1"
        assert "'=HYPERLINK" in text
    assert "found by SKU" in text
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("language", ["ru", EN])
def test_what_was_downloaded_in_any_language_is_read_back(desk: Desk, shop: Shop, language: str) -> None:
    factories.LinkedListingFactory(shop=shop, sku="A-1")
    desk.client.cookies["django_language"] = language
    content = b"".join(desk.client.get(of(shop, "download")).streaming_content)
    desk.client.cookies["django_language"] = "ru" if language == EN else EN
    send(desk, shop, content)
    run = work()
    assert run.counts[verdicts.SAME] == 1


def test_a_file_is_checked_shown_and_made(desk: Desk, shop: Shop) -> None:
    listing = factories.ListingFactory(shop=shop, sku="S-1")
    product = item(shop, article="ART-1")
    answer = send(desk, shop, b"sku;article\nS-1;ART-1\nS-2;ART-1\n")
    run = work()
    assert answer.headers["Location"] == page(run)
    html = desk.get(page(run), EN)
    text = words_of(html)
    assert "Links that would be made: 1." in text
    assert "The site has no such product." in text
    assert "Not possible 1" in text
    report = b"".join(desk.client.get(f"/admin/bridge/linkrun/{run.pk}/report/").streaming_content).decode()
    assert "The site has no such product." in report
    assert "A new link." in report
    [agree] = set(re.findall(rf"/admin/bridge/linkrun/{run.pk}/agree/?", html))
    assert 'name="_form_submitted"' in desk.get(agree, EN)
    assert desk.said(desk.post(agree, {"_form_submitted": "1"}, EN)) == ["The links are being made."]
    work()
    assert ProductBinding.objects.get(listing=listing).product == product
    assert desk.client.get(f"/admin/bridge/linkrun/{run.pk}/report/").status_code == 404


def test_a_file_that_was_shown_can_be_dropped(desk: Desk, shop: Shop) -> None:
    factories.ListingFactory(shop=shop, sku="S-1")
    item(shop, article="ART-1")
    send(desk, shop, b"sku;article\nS-1;ART-1\n")
    run = work()
    said = desk.said(desk.post(f"/admin/bridge/linkrun/{run.pk}/drop/", {"_form_submitted": "1"}, EN))
    assert said == ["Nothing was linked."]
    run.refresh_from_db()
    assert (run.step, run.content) == ("dropped", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a;b\n1;2\n", "The first line must name the columns"),
        (b"sku;code\n", "The file has no lines with links."),
        (b"\x89PNG\x00\x81", "The file is no text table."),
        (b"sku;code\n" + b"a;b\n" * 10, "The file is too long: at most 5 lines"),
        (b"x" * 2_000_000, "and 1 MB"),
        (b"", "empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setattr(link_table, "MOST_LINES", 5)
    monkeypatch.setattr(link_table, "MOST_BYTES", 1_000_000)
    assert said in words_of(send(desk, shop, content).content.decode())
    assert not LinkRun.objects.exists()


def test_links_of_an_earlier_plugin_are_shown_with_their_conflicts_first(desk: Desk, shop: Shop) -> None:
    product = item(shop)
    taken = factories.ListingFactory(shop=shop, earlier_link=product.external_id)
    factories.ListingFactory(shop=shop, earlier_link="gone-id")
    desk.said(desk.post(of(shop, "earlier"), {}, EN))
    run = work()
    text = words_of(desk.get(page(run), EN))
    assert "Links that would be made: 1." in text
    assert "MoySklad has no item “gone-id”." in text
    desk.post(f"/admin/bridge/linkrun/{run.pk}/agree/", {"_form_submitted": "1"}, EN)
    work()
    assert ProductBinding.objects.get(listing=taken).origin == "earlier"


def test_a_second_run_is_refused_while_one_is_at_work(desk: Desk, shop: Shop) -> None:
    LinkRun.objects.create(shop=shop, kind="earlier")
    said = desk.said(desk.post(of(shop, "earlier"), {}, EN))
    assert "are being made or checked just now" in said[0]
    assert LinkRun.objects.count() == 1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_pages_open_in_every_state(desk: Desk, shop: Shop, language: str) -> None:
    for kind in LinkRun.Kind.values:
        for step in LinkRun.Step.values:
            run = LinkRun.objects.create(
                shop=shop, kind=kind, step=step, state="done", least_score=90, file_name="x.csv"
            )
            desk.get(page(run), language)
    desk.get("/admin/bridge/linkrun/", language)
    for what in ("suggestions", "upload"):
        desk.get(of(shop, what), language)
    assert "every 2s" in desk.get(page(LinkRun.objects.create(shop=shop, kind="file")), language)


def test_looking_again_links_by_sku_and_looks_for_suggestions(desk: Desk, shop: Shop) -> None:
    row = factories.ListingFactory(shop=shop, sku="A-1", name="Кружка")
    other = factories.ListingFactory(shop=shop, name="Плед шерстяной", suggestion_score=0)
    product = item(shop, article="A-1")
    alike = item(shop, name="Шерстяной плед")
    later = timezone.now() + timedelta(hours=1)
    read = timezone.now() - timedelta(hours=1)
    Watermark.objects.create(
        connection=shop.account, flow="catalogue", next_due_at=later, last_success_at=read
    )
    mark = Watermark.objects.create(
        connection=shop.site, flow="suggestions", next_due_at=later, position=timezone.now()
    )
    said = desk.said(desk.post(of(shop, "again"), {}, EN))
    assert said[0].startswith("Links and suggestions are looked for; that takes up to a minute.")
    assert flows.run(mark.pk, routes.FLOWS)
    binding = ProductBinding.objects.get()
    assert (binding.listing, binding.product) == (row, product)
    other.refresh_from_db()
    assert other.suggestion == alike


def test_who_may_only_look_downloads_but_decides_nothing(client: Any, shop: Shop) -> None:
    viewer = User.objects.create_user("viewer", password="a long password", is_staff=True)
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=["view_listing", "view_linkrun"]))
    client.force_login(viewer)
    listing = suggested(shop)
    run = LinkRun.objects.create(shop=shop, kind="file", step="ready", state="paused")
    html = client.get(LIST).content.decode()
    for way in ("/confirm/", "/upload/", "/suggestions/", "/again/"):
        assert way not in html
    assert client.get(of(shop, "download")).status_code == 200
    assert "/agree/" not in client.get(page(run)).content.decode()
    assert (
        client.post(f"{LIST}{listing.pk}/confirm/", {"suggestion": listing.suggestion_id}).status_code == 403
    )
    for way in ("suggestions", "upload", "earlier", "again"):
        assert client.post(of(shop, way), {}).status_code == 403
    assert not ProductBinding.objects.exists()
    nobody = User.objects.create_user("nobody", password="a long password", is_staff=True)
    client.force_login(nobody)
    assert client.get(of(shop, "download")).status_code == 403

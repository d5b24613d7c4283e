"""Long work of every kind has one desk: it shows its progress in the list and on its page, and renews itself."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.outbox.models import Pause
from bridge.sync.kinds import ORDER, STOCK
from bridge.sync.models import GoodsRun, LinkRun, LongWork, Reconciliation, ReplayRun, RetryRun, Upload
from bridge.sync.replays.selection import Selection
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

EN = "en"
HALF: dict[type[LongWork], dict[str, Any]] = {
    Upload: {"read": 100, "total": 200},
    LinkRun: {"kind": "file", "done": 100, "total": 200},
    GoodsRun: {"done": 100, "total": 200},
    Reconciliation: {"done": 100, "total": 200},
}
kinds = pytest.mark.parametrize("kind", HALF, ids=lambda kind: kind.__name__)


def begun(kind: type[LongWork], **fields: Any) -> tuple[LongWork, str, str]:
    """Work that is half done, its list and its page."""
    work = kind._default_manager.create(shop=factories.ShopFactory(), **(HALF[kind] | fields))
    above = f"/admin/bridge/{kind._meta.model_name}/"
    return work, above, f"{above}{work.pk}/change/"


@kinds
@pytest.mark.django_db
def test_it_says_how_far_it_is_and_renews_itself(desk: Desk, kind: type[LongWork]) -> None:
    _work, above, page = begun(kind)
    for url, every in ((above, "3s"), (page, "2s")):
        html = desk.get(url, EN)
        assert f'hx-get="{page}" hx-trigger="every {every}"' in html
        assert 'value="50"' in html
        assert "50% · 100 of 200" in words_of(html)
    assert 'id="work-bar"' in desk.get(page, EN), "what the list fetches"


@kinds
@pytest.mark.django_db
def test_once_it_stands_still_its_page_is_fetched_whole_and_no_more(desk: Desk, kind: type[LongWork]) -> None:
    work, above, page = begun(kind)
    assert "HX-Refresh" not in desk.client.get(page, headers={"HX-Request": "true"}).headers
    work.state = LongWork.State.DONE
    work.save()
    assert desk.client.get(page, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert f'hx-get="{page}"' not in desk.get(page, EN)
    assert f'hx-get="{page}"' not in desk.get(above, EN)


@pytest.mark.django_db
def test_what_waits_for_an_answer_is_not_gone_on_with(desk: Desk) -> None:
    work, above, _page = begun(GoodsRun, step="ready", state="paused")
    said = desk.said(desk.post(f"{above}{work.pk}/resume/", {"_form_submitted": "1"}, EN))
    assert said == ["It has ended by itself."]
    work.refresh_from_db()
    assert work.state == "paused"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "fields", "paused"),
    [
        (Upload, {}, ORDER),
        (GoodsRun, {"step": "writing"}, STOCK),
        (Upload, {}, ""),
        (GoodsRun, {"step": "writing"}, ""),
    ],
)
def test_work_that_a_pause_keeps_in_says_so_and_how_to_go_on(
    desk: Desk, kind: type[LongWork], fields: dict[str, Any], paused: str
) -> None:
    work, _above, page = begun(kind, **fields)
    assert "Stocktaking" not in desk.get(page, EN)
    row = Pause.objects.create(shop=work.shop, kind=paused, by="Anna", why="Stocktaking")  # type: ignore[attr-defined]
    html = desk.get(page, EN)
    assert "Anna · Stocktaking" in words_of(html)
    assert f'href="/admin/bridge/pause/{row.pk}/end/"' in html
    for state in (LongWork.State.PAUSED, LongWork.State.DONE):  # then it is not the pause that keeps it
        kind._default_manager.filter(pk=work.pk).update(state=state)
        assert "Stocktaking" not in desk.get(page, EN)


@pytest.mark.django_db
def test_a_pause_of_something_else_does_not_stand_on_its_page(desk: Desk) -> None:
    for kind, fields, other in (
        (Upload, {}, STOCK),
        (GoodsRun, {"step": "writing"}, ORDER),
        (GoodsRun, {}, STOCK),
    ):
        work, _above, page = begun(kind, **fields)
        Pause.objects.create(shop=work.shop, kind=other, why="Stocktaking")  # type: ignore[attr-defined]
        assert "Stocktaking" not in desk.get(page, EN)


@pytest.mark.parametrize("kind", [RetryRun, ReplayRun], ids=lambda kind: kind.__name__)
@pytest.mark.django_db
def test_what_was_tried_again_and_waits_for_the_end_of_a_pause_says_so(desk: Desk, kind: Any) -> None:
    shop = factories.ShopFactory()
    chosen = {RetryRun: {"source": "messages", "of": shop.pk, "cause": "name_taken", "narrowed": {}}}
    run = kind.objects.create(
        shop=shop,
        state="done",
        chosen=chosen.get(kind, Selection().to_json()),
        total=2,
        done=2,
        went=1,
    )
    row = Pause.objects.create(shop=shop, kind=ORDER, by="Anna", why="Stocktaking")
    page = f"/admin/bridge/{kind._meta.model_name}/{run.pk}/change/"
    assert "Stocktaking" in words_of(desk.get(page, EN))
    assert f"/admin/bridge/pause/{row.pk}/end/" in desk.get(page, EN)
    kind.objects.update(went=2)
    assert "Stocktaking" not in words_of(desk.get(page, EN))

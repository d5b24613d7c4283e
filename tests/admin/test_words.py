"""Nothing on the desk is shown as a code that has a word."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from bridge import routes
from bridge.dashboard import words
from bridge.problems import sentence
from bridge.sync import kinds
from bridge.wording import price


def test_every_kind_of_message_every_topic_and_every_flow_has_a_word() -> None:
    every_kind = {value for name, value in vars(kinds).items() if name.isupper()}
    assert len(every_kind) >= 8
    assert set(words.KINDS) == every_kind
    assert set(routes.KINDS) <= every_kind
    assert set(routes.TOPICS) - set(words.TOPICS) == set()
    assert set(routes.FLOWS) - set(words.FLOWS) == set()


@pytest.mark.parametrize(
    ("code", "params", "said"),
    [
        (
            "sum_differs",
            {"remote": "1900.00", "local": "-5.5"},
            "получилось 1\xa0900,00, а заказ на сайте — -5,5.",
        ),
        ("status_conflict", {"state": "Новый", "status": "on-hold"}, "на сайте — «на удержании»"),
        ("status_conflict", {"state": "Новый", "status": "packed"}, "на сайте — «packed»"),
        ("buyer_archived", {"names": "“Анна”, “Мария”"}, "не использован: «Анна», «Мария»."),
        ("document_gone", {"document": "12.50"}, "Документ 12.50 удалили"),
        ("link_in_bin", {"documents": "“1.5” 1891.70; “2”"}, "корзине МойСклад: «1.5» 1\xa0891,70; «2»."),
        ("link_several", {"local": "1891.70 RUB"}, "(1\xa0891,70 RUB)"),
        (
            "attribute_required_missing",
            {"attribute": "А", "source": "order.shipping_method"},
            "берётся: способ доставки",
        ),
    ],
)
def test_figures_statuses_and_quotation_marks_inside_a_sentence_are_the_readers(
    code: str, params: dict[str, str], said: str
) -> None:
    with override("ru"):
        assert said in sentence(code, params)


def test_an_english_sentence_has_english_figures_and_marks() -> None:
    with override("en"):
        assert "“Anna”" in sentence("buyer_archived", {"names": "“Anna”"})
        assert "counts 1,900.00," in sentence("sum_differs", {"remote": "1900.00", "local": "1.00"})


@pytest.mark.parametrize(
    ("text", "russian", "english"),
    [
        ("650", "650,00", "650.00"),
        ("1144.5", "1\xa0144,50", "1,144.50"),
        ("1290.00", "1\xa0290,00", "1,290.00"),
        (
            "351.00, 2026-01-05 – 2026-01-09",
            "351,00, 2026-01-05 – 2026-01-09",
            "351.00, 2026-01-05 – 2026-01-09",
        ),
        ("—", "—", "—"),
    ],
)
def test_a_price_is_written_as_the_reader_writes_it(text: str, russian: str, english: str) -> None:
    with override("ru"):
        assert price(text) == russian
    with override("en"):
        assert price(text) == english

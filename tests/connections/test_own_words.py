"""What the bridge says of a call itself is said in the reader's language, whatever its own words were for the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from bridge.connections import faults
from bridge.dashboard.setup.forms import SiteForm
from bridge.domain.errors import Problem
from bridge.problems import own_words, sentence
from bridge.problems.goods_refusals import of_fields
from connectors import errors
from connectors.errors import WrongHost
from connectors.moysklad.errors import error_from as of_moysklad
from connectors.transport.call import Answer
from connectors.transport.hosts import check_address
from connectors.woocommerce.errors import error_from as of_site
from connectors.woocommerce.plugin import _refusal as of_plugin
from tests import factories
from tests.admin.test_pages import english_in

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def refused(url: str) -> WrongHost:
    with pytest.raises(WrongHost) as caught:
        check_address(url, allow_private=False)
    return caught.value


ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
SAYING = ERRORS | {"_broken", "_rate_limited", "Refused", "wait_for"}


def sources() -> dict[Path, ast.Module]:
    """What words a failed call itself: the connectors, and parts of the bridge."""
    found: dict[Path, ast.Module] = {}
    for path in sorted([*(ROOT / "connectors").rglob("*.py"), *(ROOT / "bridge").rglob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not {"sandbox", "api"} & set(path.parts) and any(
            called(node) in SAYING for node in ast.walk(tree)
        ):
            found[path.relative_to(ROOT)] = tree
    return found


def called(node: ast.AST) -> str:
    return str(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""


def words_in(node: ast.AST) -> Iterator[str]:
    """Texts written out below it that a person could read, or a name."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.strip():
            yield one.value


def reasons(tree: ast.AST) -> Iterator[str]:
    """What stands for `why` anywhere; of a function that finds it, what that returns."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "why":
            for back in ast.walk(functions.get(called(node.value), node.value)):
                yield from words_in(back) if isinstance(back, ast.Return) else ()
            yield from () if called(node.value) else words_in(node.value)
        elif isinstance(node, ast.Assign) and "why" in [getattr(one, "id", "") for one in node.targets]:
            yield from words_in(node.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "why":
                    yield from words_in(value)


def unnamed(tree: ast.Module) -> Iterator[int]:
    """Lines that say words of ours, written out there, without a reason that names them."""
    for call in ast.walk(tree):
        place = 1 if called(call) == "Refused" else 0
        if called(call) not in SAYING or not isinstance(call, ast.Call) or len(call.args) <= place:
            continue
        ours = isinstance(call.args[place], ast.JoinedStr | ast.Constant) and any(words_in(call.args[place]))
        if ours and not any(one.arg in ("why", None) for one in call.keywords) and not any(reasons(call)):
            yield call.lineno


def test_every_reason_is_worded_and_no_other() -> None:
    found = {why for tree in sources().values() for why in reasons(tree)}
    assert found == set(own_words.SENTENCES)


def test_no_words_of_ours_go_without_a_reason() -> None:
    assert {str(path): lines for path, tree in sources().items() if (lines := list(unnamed(tree)))} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://127.0.0.1", "127.0.0.1 leads to 127.0.0.1, an address inside a private network."),
        ("ftp://shop.example", "The address must begin with https:// (or http://)."),
        ("https://a:b@shop.example", "The address must not hold a login or password"),
    ],
)
def test_a_problem_is_worded_by_its_reason_and_not_by_the_connectors_words(url: str, says: str) -> None:
    error = refused(url)
    error.detail = "words of the connector"
    problem = faults.problem_of(error, factories.SiteFactory())
    assert problem.code == "wrong_host"
    assert says in sentence(problem.code, problem.params)
    assert "words of the connector" not in sentence(problem.code, problem.params)


def test_a_problem_that_was_stored_before_reasons_had_names_keeps_its_words() -> None:
    assert sentence("wrong_host", {"detail": "as it was"}) == "The address was not called: as it was"


@pytest.mark.django_db
def test_a_form_says_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(own_words.SENTENCES, "holds_login", "in the reader's words")
    form: Any = SiteForm({"site": "https://a:b@shop.example"}, accounts=[])
    assert form.errors["site"] == ["in the reader's words"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(500, {}, b"{}"), "В ответ пришла ошибка без объяснения (HTTP 500)."),
        (Answer(400, {}, b"<html>"), "Вместо ответа пришла веб-страница (HTTP 400)."),
        (Answer(400, {}, b"{}"), "В ответ пришла ошибка без объяснения (HTTP 400)."),
    ],
)
def test_an_answer_of_moysklad_that_explains_nothing_reads_in_russian(answer: Answer, said: str) -> None:
    assert said in russian(faults.problem_of(of_moysklad(answer, "POST"), factories.AccountFactory()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(401, {}, '{"code": "x", "message": "Нет доступа."}'.encode()),
            "Нет доступа. Проверьте Consumer key и Consumer secret",
        ),
        (Answer(401, {}, b"<html>"), "HTTP 401. Проверьте Consumer key и Consumer secret"),
        (Answer(413, {}, b"<html>"), "Отправляемое больше, чем принимает другая сторона."),
        (Answer(500, {}, b"PHP Warning {"), "Ответ не удалось прочитать (HTTP 500)."),
        (Answer(409, {}, b"{}"), "В ответ пришла ошибка без объяснения (HTTP 409)."),
    ],
)
def test_an_answer_of_a_site_that_explains_nothing_reads_in_russian(answer: Answer, said: str) -> None:
    assert said in russian(faults.problem_of(of_site(answer, "POST"), factories.SiteFactory()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("not_paired", 401, "Свяжите магазин заново"),
        ("signature", 401, "Свяжите магазин заново"),
        ("clock", 401, "Часы сайта и моста"),
        ("copy", 409, "Сайт — копия магазина"),
        ("capability", 403, "не вправе менять остатки"),
    ],
)
def test_a_refusal_of_the_plugin_reads_in_russian(code: str, status: int, said: str) -> None:
    body = f'{{"code": "sklad_bridge_{code}", "message": "Words of the plugin."}}'
    error = of_plugin(Answer(status, {}, body.encode()))
    assert said in russian(faults.problem_of(error, factories.SiteFactory()))


def russian(problem: Problem) -> str:
    """The sentence, in which no English word stands but the other side's code."""
    with translation.override("ru"):
        told = sentence(problem.code, problem.params)
    assert english_in(told.replace(problem.params["code"], "")) == set()
    return told


def test_what_a_site_did_not_explain_is_kept_with_goods_as_a_code() -> None:
    assert faults.said_of_goods(errors.PermanentError("ours", why="not_explained")) == "refused"
    assert faults.said_of_goods(errors.OutcomeUnknown("ours", why="cut")) == "unanswered"
    assert faults.said_of_goods(errors.PermanentError("Цена закрыта", code="x")) == "Цена закрыта"


def test_what_a_site_said_to_goods_names_their_fields_in_the_readers_language() -> None:
    kept = "price: Цена закрыта\nbarcode: refused\nunanswered"
    with translation.override("ru"):
        told = of_fields(kept)
    assert told == (
        "цена: Цена закрыта; штрихкод: сайт не назвал причину; сайт не дал ответа, который можно прочитать"
    )

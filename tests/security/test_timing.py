"""What proves who somebody is, is compared in constant time: how long a refusal takes says nothing of the secret.

Looking a digest up in an index compares no secret: whoever measures it learns of a digest they cannot choose.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "bridge"
SECRET = re.compile(
    r"secrets?|tokens?|signatures?|digest|hash|expected|offered|shown|password|code$|hmac|compare",
    re.IGNORECASE,
)
# Names that only sound so: which refusal it was, which page.
NO_SECRET = {"status_code", "refusal.code", "self.code", "error.code", "sign_in"}
# Every file in which a secret of somebody outside meets one of ours, and the function that compares them.
DOORS = {
    "inbox/signatures.py": {"verify_event", "verify_core"},
    "inbox/views.py": {"_account"},
    "api/metrics.py": {"_has_token"},
    "people/tokens.py": {"find"},
    "pairing/pairing.py": {"pair"},
}
# They find by a digest, and compare nothing.
BY_DIGEST = ("pairing/codes.py", "people/links.py")
ASIDE = ("inbox/shop_requests.py", "api/authentication.py", "api/pairing.py", "api/site_orders.py")
SAFE = {"compare_digest", "constant_time_compare"}
PLAIN = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)


def plain_comparisons(source: str) -> Iterator[str]:
    """Comparisons that end at the first difference, of something that is called like a secret."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(isinstance(op, PLAIN) for op in node.ops):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):  # with a word of the code: no secret
                continue
            if any(SECRET.search(said) for side in sides for said in _names(side)):
                yield ast.unparse(node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("startswith", "endswith", "__eq__")
            and any(SECRET.search(said) for said in _names(node.func.value))
        ):
            yield ast.unparse(node)


def _names(node: ast.expr) -> Iterator[str]:
    """The names of what is compared; not of the modules and rows it comes from."""
    text = ast.unparse(node)
    if text in NO_SECRET:
        return
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not one.id[0].isupper():
            yield one.id
        elif isinstance(one, ast.Attribute) and not one.attr.isupper():
            yield one.attr


def compares_safely(source: str) -> set[str]:
    """The functions that compare in constant time."""
    return {
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in SAFE
    }


@pytest.mark.parametrize("path", DOORS)
def test_a_secret_is_compared_in_constant_time(path: str) -> None:
    assert compares_safely((ROOT / path).read_text()) == DOORS[path]


@pytest.mark.parametrize("path", [*DOORS, *BY_DIGEST, *ASIDE])
def test_no_secret_is_compared_up_to_its_first_difference(path: str) -> None:
    assert list(plain_comparisons((ROOT / path).read_text())) == []


def test_there_is_no_other_door_than_these() -> None:
    """Whatever compares in constant time stands above: a new door is looked at too."""
    found = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if compares_safely(path.read_text())}
    assert found == set(DOORS)


@pytest.mark.parametrize(
    "source",
    [
        "signature == expected",
        "header != sign_event(secret, body)",
        "token in tokens",
        "row.hook_token == given",
        "hash_token(token) == row.digest",
        "settings.METRICS_TOKEN == shown",
        "signature.startswith(given)",
    ],
)
def test_such_a_comparison_would_be_seen(source: str) -> None:
    assert list(plain_comparisons(source)) == [source]

"""A storm small enough for every run of the tests, with each kind of trouble once (`make chaos` has large ones)."""

from __future__ import annotations

from pathlib import Path

import migrated
import pytest
from operation import databases

from chaos import storm
from chaos.injector import kinds
from chaos.servers import Database, Missing, Postgres, Sqlite

pytestmark = pytest.mark.flow


def fill(database: Database) -> None:
    """Migrated once a run of the tests, and not for each storm."""
    if isinstance(database, Sqlite):
        migrated.copy_to(database.path)
    elif isinstance(database, Postgres) and databases.answers():
        with databases.migrated() as url:
            database.copy(url)


@pytest.mark.usefixtures("django_db_setup")
@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_both_sides_agree_after_a_small_storm(database: str, tmp_path: Path) -> None:
    try:
        report = storm.run(
            seed=1,
            orders=32,
            database=database,
            directory=tmp_path,
            per_second=8,
            retry_scale=0.01,
            look_every=8,
            patience=300,
            fill=fill,
        )
    except Missing as missing:
        pytest.skip(f"{missing} is missing")
    print("\n".join(report.lines()))
    assert report.passed
    assert set(report.injected) == set(kinds(database)[0])
    if report.not_injected:
        pytest.skip("passed without " + "; ".join(report.not_injected))

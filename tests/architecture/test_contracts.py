"""Each contract is seen to break: an import it forbids is planted in a copy of the tree."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import CODE, ROOT, files

PLANTS = (
    ("house", "vendors/connections/models.py", "from cases import models"),
    ("house", "portal/accounts/models.py", "from vendors.connections import models"),
    ("house", "cases/models/case.py", "from portal import urls"),
    ("site", "portal/clock.py", "from portal import leases"),
    ("site", "portal/helpers.py", ""),
    ("cases", "cases/models/case.py", "from cases import access"),
    ("cases", "cases/outbox/__init__.py", "from cases import tasks"),
    ("cases", "cases/helpers.py", ""),
    ("vendors", "vendors/http/errors.py", "from vendors import contract"),
    ("vendors", "vendors/schema.py", "from vendors import vocabulary"),
    ("vendor-folders", "cases/actions/filing.py", "from vendors.akamai_v2 import adapter"),
    ("vendor-folders", "vendors/connections/gateway.py", "import vendors.akamai_v2"),
    ("vendor-folders", "vendors/akamai_v2/adapter.py", "from vendors import connections"),
    ("vendor-folders", "vendors/another/__init__.py", "from vendors import akamai_v2"),
    ("vendor-folders", "vendors/helpers.py", ""),
    ("no-django", "vendors/akamai_v2/mapping.py", "from django.utils import timezone"),
    ("no-django", "vendors/vocabulary.py", "import celery"),
    ("one-door", "cases/sync/__init__.py", "import httpx"),
    ("one-door", "portal/accounts/models.py", "from vendors.http import client"),
    ("registry", "cases/actions/filing.py", "from vendors import registry"),
    ("simulator-alone", "vendors/simulator/edgegrid.py", "from vendors.http import edgegrid"),
    ("simulator-alone", "vendors/simulator/app.py", "import django"),
    ("simulator-started", "cases/tasks.py", "import vendors.simulator"),
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the contracts speak of."""
    wanted = (*(f"{name}/" for name in CODE), "tests/architecture/")
    for path in files():
        if path == "pyproject.toml" or (path.startswith(wanted) and path.endswith(".py")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def lint(tree: Path, *words: str) -> tuple[bool, str]:
    """Whether the contracts of the tree are kept, and what was said about it."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *words]
    found = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    return found.returncode == 0, found.stdout + found.stderr


def test_the_contracts_are_kept(tree: Path) -> None:
    kept, said = lint(tree)

    assert kept, said


@pytest.mark.parametrize(("contract", "path", "words"), PLANTS)
def test_a_planted_import_breaks_its_contract(
    tree: Path, contract: str, path: str, words: str
) -> None:
    planted = tree / path
    planted.parent.mkdir(exist_ok=True)
    with planted.open("a") as file:
        file.write(f"\n{words}\n")

    kept, said = lint(tree, "--contract", contract)

    assert not kept
    assert "1 broken" in said, said


def test_every_contract_was_seen_to_break() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]

    assert {contract["id"] for contract in contracts} == {contract for contract, _, _ in PLANTS}

"""What is written beside the code matches it."""

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from portal import env_example
from portal.env import VARIABLES
from tests.architecture.sources import CODE, ROOT, files

LOCKS = {"requirements.txt": False, "requirements-dev.txt": True}
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;]+)")


def read(path: str) -> str:
    return (ROOT / path).read_text()


def map_of_the_readme() -> list[str]:
    """The paths the README's tree names, from its indented lines."""
    block = read("README.md").partition("## Map\n\n```\n")[2].partition("```")[0]
    parents: list[str] = []
    paths = []
    for line in block.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        parents[depth:] = [name]
        paths.append("".join(parents))
    return paths


def test_what_the_readme_shows_exists() -> None:
    known = set(files()) | {
        f"{folder}/" for path in files() for folder in PurePosixPath(path).parents
    }
    missing = [path for path in map_of_the_readme() if path not in known]

    assert map_of_the_readme()
    assert not missing


def test_the_readme_shows_every_root_file_and_folder() -> None:
    top = {path.partition("/")[0] + ("/" if "/" in path else "") for path in files()}
    hidden = {name for name in top if name.startswith(".")}

    assert top - hidden <= set(map_of_the_readme())


def test_the_readme_shows_every_package_of_the_code() -> None:
    packages = {
        f"{path.rpartition('/')[0]}/"
        for path in files()
        if path.startswith(CODE) and path.endswith("/__init__.py") and path.count("/") == 2
    }
    silent = {f"{code}/migrations/" for code in CODE}

    assert packages - silent <= set(map_of_the_readme())


def test_the_readme_prints_the_commands_ci_runs() -> None:
    commands = re.findall(r"```sh\n(make \w+)\n```", read("README.md"))

    assert commands == ["make run", "make test"]
    for command in commands:
        assert re.search(
            rf"^\s+(CASEPORT_REQUIRE_ALL=1 )?{command}\b", read(".ci/run"), re.MULTILINE
        )


def test_make_help_names_every_command() -> None:
    makefile = read("Makefile")
    declared = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert declared

    for command in declared[1].split():
        assert f"'make {command} " in makefile or command == "help"


def test_every_variable_is_documented_with_its_default() -> None:
    assert read(".env.example") == env_example.text(), "python -m portal.env_example > .env.example"


def test_a_shell_that_sources_the_example_reads_every_default(tmp_path: Path) -> None:
    set_all = tmp_path / "caseport.env"
    set_all.write_text(re.sub(r"^#(?=[A-Z0-9_]+=)", "", read(".env.example"), flags=re.MULTILINE))

    sourced = subprocess.run(  # noqa: S603  our own file
        ["/bin/sh", "-e", "-c", f"set -a; . {shlex.quote(str(set_all))}; set +a; env -0"],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )

    assert not sourced.stderr
    found = dict(each.split("=", 1) for each in sourced.stdout.split("\0") if each)
    assert found.items() >= {(v.name, v.default or "") for v in VARIABLES}


def test_the_example_writes_what_is_to_be_typed_as_it_is_typed() -> None:
    meanings = {v.name: v.meaning.split()[0] for v in VARIABLES if ":" in v.meaning.split()[0]}

    assert {"DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"} <= set(meanings)
    for name, typed in meanings.items():
        assert re.search(
            rf"^# {re.escape(typed)}.*\n(# .*\n)*#{name}=", read(".env.example"), re.MULTILINE
        )


def test_a_variable_is_named_once() -> None:
    names = [variable.name for variable in VARIABLES]

    assert len(names) == len(set(names))


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in (path for path in files() if path.endswith(".md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", read(page)):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


def locked(path: str) -> dict[str, tuple[str, int]]:
    """Each package of a lock file with its version and how many hashes it has."""
    found: dict[str, tuple[str, int]] = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", read(path).strip()):
        pinned = PINNED.match(entry)
        assert pinned, f"{path} pins no version: {entry.splitlines()[0]}"
        found[canonicalize_name(pinned["name"])] = (
            pinned["version"],
            entry.count("--hash=sha256:"),
        )
    return found


@pytest.mark.parametrize(("path", "dev"), LOCKS.items())
def test_every_dependency_is_pinned_by_hash_within_its_bounds(path: str, dev: bool) -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = project["project"]["dependencies"] + (
        project["dependency-groups"]["dev"] if dev else []
    )
    pins = locked(path)

    assert all(hashes for _, hashes in pins.values())
    for requirement in map(Requirement, wanted):
        version, _ = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_what_runs_is_checked_in_the_same_versions() -> None:
    dev = locked("requirements-dev.txt")

    assert all(dev[name][0] == version for name, (version, _) in locked("requirements.txt").items())


@pytest.mark.parametrize("path", [*LOCKS, "package-lock.json"])
def test_lock_files_name_no_registry_and_no_machine(path: str) -> None:
    text = read(path)

    assert "://" not in text
    assert not re.search(r"/(?:tmp|home|root|opt|work)/", text)


def test_the_lock_of_npm_is_of_what_package_json_wants() -> None:
    wanted = json.loads(read("package.json"))["devDependencies"]
    lock = json.loads(read("package-lock.json"))["packages"]

    assert lock[""]["devDependencies"] == wanted
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert "omit-lockfile-registry-resolved=true" in read(".npmrc").splitlines()


def test_every_direct_dependency_says_why_it_is_there() -> None:
    text = read("pyproject.toml").partition("[tool.")[0]
    lines = [line for line in text.splitlines() if re.match(r'  "[a-z]', line)]

    assert lines
    assert not [line for line in lines if not re.search(r'",\s+# \w.+', line)]

"""What the stylesheets, icons and templates must hold for every page."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

from cases.templatetags import case_words
from portal.templatetags import display

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|javascript:|<script(?![^>]*\bsrc=)""")


def named(template: Path) -> str:
    return str(template.relative_to(ROOT / "templates"))


def symbols() -> set[str]:
    sprite = (ROOT / "static/icons/icons.svg").read_text()
    return set(re.findall(r'<symbol id="([a-z]+)"', sprite))


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_carries_no_inline_script_or_style(template: Path) -> None:
    assert not INLINE.search(template.read_text())


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_names_only_icons_we_have(template: Path) -> None:
    asked = set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    assert asked <= symbols()


def test_the_tables_of_words_name_only_icons_we_have() -> None:
    looks = (
        case_words.STATUS_LOOKS,
        case_words.SEVERITY_LOOKS,
        case_words.DELIVERY_LOOKS,
        case_words.NEXT_LOOKS,
    )
    asked = {symbol for table in looks for _, symbol in table.values()}
    asked |= {*case_words.EVENT_SYMBOLS.values(), *case_words.AUDIENCE_SYMBOLS.values()}
    asked |= set(display.MESSAGE_ICONS.values())
    assert asked <= symbols()


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_stylesheet_uses_only_tokens_that_exist(style: Path) -> None:
    made = set()
    for path in STYLES:
        made |= set(re.findall(r"(--[a-z0-9-]+):", path.read_text()))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", style.read_text())) <= made


def test_files_of_others_are_as_their_list_says() -> None:
    folder = ROOT / "static/lib"
    listed = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", readme(folder), re.MULTILINE))
    kept = {path.name for path in folder.iterdir()} - {"README.md", "OFL.txt"}
    assert set(listed) == kept
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def readme(folder: Path) -> str:
    return (folder / "README.md").read_text()


def test_our_own_scripts_stay_small() -> None:
    for script in (ROOT / "static/js").iterdir():
        assert len(script.read_text().splitlines()) < 150

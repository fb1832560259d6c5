"""What keeps somebody from using a page: asked of axe, light and dark, wide and narrow."""

from itertools import product
from typing import Literal

from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 375)
SCROLLED = (360, 800, 1024, 1280)
PROTRUDING = """() => [document.documentElement, ...document.querySelectorAll("main, main .card")]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => `${box.tagName}.${box.className} shows ${box.clientWidth} of ${box.scrollWidth}`)"""
RUN_AXE = """async (tags) => {
  // colours on their way to the other theme arrive at once; nothing here waits for a frame
  for (const pause of [50, 50]) {
    await new Promise((go) => setTimeout(go, pause));
    document.getAnimations().filter((a) => a instanceof CSSTransition).forEach((a) => a.finish());
  }
  const {violations} = await axe.run(document, {
    runOnly: tags, resultTypes: ["violations"], preload: false,  // it would add styles of its own
  });
  return violations.flatMap(({id, nodes}) =>
    nodes.map((node) => `${id}: ${node.target} ${node.any[0]?.message ?? ""}`));
}"""


def barriers(page: Page, axe_script: str) -> list[str]:
    """Everything axe finds in each look of the page, and where it scrolls sideways."""
    page.evaluate(axe_script)
    found = []
    for theme, width in product(THEMES, WIDTHS):
        _show(page, theme, width)
        found += [f"{theme} {width}: {each}" for each in page.evaluate(RUN_AXE, list(RULES))]
    for width in SCROLLED:
        _show(page, "light", width)
        found += [f"{width}: {each}" for each in page.evaluate(PROTRUDING)]
    return found


def _show(page: Page, theme: Literal["light", "dark"], width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})

"""The person's own text: one answer, whichever member of the vendor's takes it."""

from typing import Any

from tests.cases.filing_desk import browser, kept, page_of, shown
from tests.world import World

STORY = "THE WHOLE STORY"


def about(problem: str, **more: str) -> dict[str, Any]:
    chosen = {"subCategories": "", "subCategories.0": "", "subCategories.0.0": "Alta"}
    return {"categoryType": "Technical", **chosen, "subCategories.0.1": problem, **more}


def test_the_text_follows_the_person_into_a_questionnaire_and_out_of_it(world: World) -> None:
    draft, client = world.draft(), browser(world.people["casey"])
    for problem, member in (
        ("Alerts", "description"),
        ("Slow delivery", "additionalDetails"),
        ("Alerts", "description"),
    ):
        typed = {} if draft.answers else {"description": STORY}
        client.post(page_of(draft), about(problem, **typed))
        assert kept(draft)["description"] == STORY
        page = shown(client.get(page_of(draft)))
        assert f'data-member="{member}"' in page
        assert page.count(STORY) == 1
        assert not [item for item in draft.parked if item["answer"] == STORY]

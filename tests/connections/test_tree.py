"""Choosing paths in a tree with nothing but selects and buttons."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from tests.connections.questions import TOPICS, ask, draw, judge, post, schema
from vendors.connections import schema_form
from vendors.connections.tree import Tree
from vendors.schema import Answer, Control, Field, TreeNode, from_json, to_json

PATHS = ask(Control.TREE, tree=TOPICS, max_leaves=3, required=True)


def wide(products: int, problems: int) -> Field:
    """A tree question of products x problems leaves."""
    return ask(
        Control.TREE,
        tree=TreeNode(
            "",
            topic="Product",
            children=tuple(
                TreeNode(
                    f"Product {p}",
                    topic="Problem",
                    children=tuple(
                        TreeNode(f"Problem {p}-{n}", value=f"{p}/{n}") for n in range(problems)
                    ),
                )
                for p in range(products)
            ),
        ),
        max_leaves=2,
    )


def as_drawn(entries: Answer) -> str:
    """What the rows of these entries post from a page that nobody touched."""
    posted = {}
    assert isinstance(entries, tuple)
    for number, entry in enumerate(map(str, entries)):
        row = Tree(TOPICS).row(entry)
        posted[f"q.{number}"] = entry
        posted |= {f"q.{number}.{depth}": level.chosen for depth, level in enumerate(row.levels)}
    return urlencode(posted)


def test_one_select_stands_for_each_level_with_its_topic_as_label() -> None:
    drawn = draw(PATHS)
    assert drawn.count("<select") == 1
    assert ">Product</label>" in drawn
    half = post(PATHS, "q=&q.0=&q.0.0=Edge")
    drawn = draw(PATHS, half)
    assert drawn.count("<select") == 2
    assert ">Problem</label>" in drawn
    assert "<option selected>Edge</option>" in drawn


def test_half_a_choice_survives_saving_and_is_asked_for_in_words() -> None:
    half = post(PATHS, "q=&q.0=&q.0.0=Edge")
    assert half is not None
    assert from_json(to_json(half)) == half
    assert judge(PATHS, half)[1] == ["Finish “Edge”: choose “Problem”."]


def test_a_whole_path_is_the_leafs_own_value() -> None:
    assert post(PATHS, "q=&q.0=&q.0.0=Edge&q.0.1=Down") == ("edge/down",)
    assert judge(PATHS, ("edge/down",)) == (("edge/down",), [])


def test_choosing_another_product_forgets_the_old_products_problem() -> None:
    half = post(PATHS, "q=&q.0=edge/down&q.0.0=Mail&q.0.1=Down")
    assert half == ("mail",)


def test_a_path_may_end_early_where_the_vendor_allows_it() -> None:
    assert post(PATHS, "q=&q.0=&q.0.0=Mail&q.0.1=") == ("mail",)
    assert "Nothing more exact" in draw(PATHS, ("mail",))
    assert post(PATHS, "q=&q.0=mail&q.0.0=Mail&q.0.1=Bounces") == ("mail/bounces",)


ROWS = "q=&q.0=edge/down&q.0.0=Edge&q.0.1=Down&q.1=mail&q.1.0=Mail&q.1.1="


@pytest.mark.parametrize(
    ("button", "kept"),
    [
        ("", ("edge/down", "mail")),
        ("&q.up=1:mail", ("mail", "edge/down")),
        ("&q.up=0:edge/down", ("edge/down", "mail")),
        ("&q.up=x", ("edge/down", "mail")),
        ("&q.remove=0:edge/down", ("mail",)),
        ("&q.remove=0:mail", ("edge/down",)),
        ("&q.remove=0:edge/slow", ("edge/down", "mail")),
        ("&q.pick=edge/slow", ("edge/down", "mail", "edge/slow")),
        ("&q.pick=mail", ("edge/down", "mail")),
        ("&q.clear=1", ""),
    ],
)
def test_buttons_reorder_remove_and_pick(button: str, kept: Answer) -> None:
    assert post(PATHS, ROWS + button) == kept


@pytest.mark.parametrize(
    "button", ["q.add=2", "q.up=1:mail", "q.remove=0:edge/down", "q.pick=mail"]
)
def test_a_button_heard_twice_does_its_work_once(button: str) -> None:
    once = post(PATHS, f"{ROWS}&{button}")
    assert isinstance(once, tuple)
    assert post(PATHS, f"q=&{as_drawn(once)}&{button}") == once


def test_add_opens_one_empty_row_and_a_pick_fills_it() -> None:
    grown = post(PATHS, ROWS + "&q.add=2")
    assert isinstance(grown, tuple)
    assert len(grown) == 3
    assert draw(PATHS, grown).count(">Product<") == 3
    assert post(PATHS, ROWS + "&q.2=&q.2.0=&q.pick=edge/slow") == ("edge/down", "mail", "edge/slow")


def test_an_empty_row_is_no_answer_and_no_error() -> None:
    grown = post(PATHS, "q=&q.0=mail&q.0.0=Mail&q.0.1=&q.add=1")
    assert grown is not None
    assert judge(PATHS, grown) == (("mail",), [])
    assert judge(PATHS, post(PATHS, "q=&q.0=&q.0.0=") or "")[1] == ["Choose “Question”"]


def test_no_more_rows_are_offered_than_the_vendor_takes() -> None:
    full = ("edge/down", "edge/slow", "mail")
    assert "q.add" not in draw(PATHS, full)
    assert "q.add" in draw(PATHS, full[:2])
    assert judge(PATHS, (*full, "mail/bounces"))[1] == ["“Question”: choose 3 at most."]


def test_a_path_chosen_twice_is_refused() -> None:
    assert judge(PATHS, ("mail", "mail"))[1] == ["“Question”: one of them is chosen twice."]


def test_a_path_the_vendor_withdrew_is_told_at_the_field_until_replaced() -> None:
    assert "not offered" in judge(PATHS, ("edge/gone",))[1][0]
    assert "not offered" in draw(PATHS, ("edge/gone",))
    assert post(PATHS, "q=&q.0=edge/gone&q.0.0=") == ("edge/gone",)
    assert post(PATHS, "q=&q.0=edge/gone&q.0.0=Edge&q.0.1=Slow") == ("edge/slow",)


def test_a_forged_path_is_refused_at_the_field() -> None:
    forged = post(PATHS, "q=&q.0=&q.0.0=Northwind&q=contoso/secret")
    assert forged is not None
    answer, words = judge(PATHS, forged)
    assert answer is None
    assert words


def test_leaves_may_be_posted_outright() -> None:
    assert post(PATHS, "q=edge/down&q=mail") == ("edge/down", "mail")


def test_a_tree_of_hundreds_draws_its_top_level_alone() -> None:
    drawn = draw(wide(20, 30))
    assert drawn.count("<option") == 21
    assert "Find in all 600" in drawn


def test_a_search_over_the_whole_tree_offers_whole_paths_to_pick() -> None:
    drawn = draw(wide(9, 30), looking={"q": "problem 7-12"})
    assert 'name="q.pick" value="7/12"' in drawn
    assert "Product 7 › Problem 7-12" in drawn
    assert "1 found." in drawn
    assert "600 found, the first 20 shown." in draw(wide(20, 30), looking={"q": "problem"})
    assert "Nothing matches" in draw(wide(20, 30), looking={"q": "nowhere"})


def test_a_search_that_led_to_a_choice_is_emptied() -> None:
    form = schema(PATHS)
    assert schema_form.looking(form, QueryDict("q.find=mail")) == {"q": "mail"}
    assert schema_form.looking(form, QueryDict("q.find=mail&q.pick=mail")) == {}

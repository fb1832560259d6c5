"""A vendor's form as a Django form: what is drawn, what is read, what is refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.connections.questions import BERLIN, TOPICS, YES_NO, ask, draw, judge, post, schema
from vendors.connections import schema_form
from vendors.schema import Answer, Choice, Control, Field, FileRef, ZonedTime, from_json, to_json


def test_every_control_of_the_schema_has_a_field_and_a_widget() -> None:
    assert set(schema_form.CONTROLS) == set(Control)


@pytest.mark.parametrize("control", list(Control))
def test_every_control_is_drawn_with_the_vendors_member(control: Control) -> None:
    drawn = draw(ask(control, choices=YES_NO, tree=TOPICS))
    assert 'data-member="vendorMember"' in drawn


@pytest.mark.parametrize("control", [c for c in Control if c not in {Control.FILE, Control.NOTICE}])
def test_a_question_the_post_does_not_carry_keeps_its_answer(control: Control) -> None:
    assert post(ask(control, choices=YES_NO, tree=TOPICS), "other=1") is None


def test_a_control_nobody_knows_is_answered_in_words() -> None:
    question = ask("hologram")  # type: ignore[arg-type]  # what a vendor may invent
    assert post(question, "q=seen+it") == "seen it"
    assert 'type="text"' in draw(question)


def test_a_key_with_slashes_and_signs_gives_an_id_a_selector_can_name() -> None:
    question = Field("a/100/yes.no", "Q", Control.TEXT, section="details")
    assert (
        'id="f-a-100-yes_2e_no"'
        in schema_form.build(schema(question), {})["a/100/yes.no"].as_field_group()
    )


def test_vendor_text_is_shown_as_text_not_as_markup() -> None:
    drawn = draw(ask(Control.TEXT, help="<b>bold</b>"), "<script>")
    assert "<b>" not in drawn
    assert "<script>" not in drawn


def test_lines_are_counted_as_the_vendor_counts_them() -> None:
    question = ask(Control.LONG_TEXT, max_length=5)
    typed = post(question, "q=ab%0D%0Acd")
    assert typed == "ab\ncd"
    assert judge(question, typed) == ("ab\ncd", [])
    assert judge(question, "ab\ncde")[1] == ["“Question” may have 5 characters. Remove 1."]


@pytest.mark.parametrize(("text", "is_over"), [("ab\ncd", False), ("ab\ncde", True)])
def test_a_counter_is_drawn_as_over_its_limit(text: str, is_over: bool) -> None:
    drawn = draw(ask(Control.LONG_TEXT, max_length=5), text)
    assert ("over-limit" in drawn) is is_over


def test_spaces_inside_a_long_text_stay_and_around_a_line_go() -> None:
    assert judge(ask(Control.LONG_TEXT), "  indented\n") == ("  indented\n", [])
    assert judge(ask(Control.TEXT), "  line ") == ("line", [])


def test_blanks_alone_are_no_answer_to_a_required_question() -> None:
    assert judge(ask(Control.LONG_TEXT, required=True), " \n ")[1] == ["Enter “Question”"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1500", "1500"), ("-3", "-3"), (" 42 ", "42"), ("007", "007"), ("9" * 40, "9" * 40)],
)
def test_a_whole_number_keeps_its_digits(typed: str, kept: str) -> None:
    assert judge(ask(Control.INTEGER), typed) == (kept, [])


@pytest.mark.parametrize("typed", ["1,500", "1.500", "1 500", "12a", "1e3", "٣", "--1", "+1"])
def test_a_whole_number_with_anything_but_digits_is_refused_and_stays_typed(typed: str) -> None:
    answer, words = judge(ask(Control.INTEGER), typed)
    assert answer is None
    assert words
    assert f'value="{typed}"' in draw(ask(Control.INTEGER), typed, check=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1.5", "1.5"), ("1,5", "1.5"), ("0.10", "0.10"), ("12", "12"), ("1.500", "1.500")],
)
def test_a_decimal_is_kept_as_typed_with_a_point(typed: str, kept: str) -> None:
    assert judge(ask(Control.DECIMAL), typed) == (kept, [])


def test_a_comma_that_can_be_read_in_two_ways_is_asked_about() -> None:
    assert judge(ask(Control.DECIMAL), "1,500")[1] == [
        "“Question”: 1,500 can be read in two ways. Enter 1500 or 1.500."
    ]


@pytest.mark.parametrize("typed", ["nan", "inf", "1.", ".5", "1.2.3", "1e5", "1'000"])
def test_what_is_no_decimal_is_refused(typed: str) -> None:
    assert judge(ask(Control.DECIMAL), typed)[1]


def test_a_date_must_exist() -> None:
    assert judge(ask(Control.DATE), "2028-02-29") == ("2028-02-29", [])
    assert judge(ask(Control.DATE), "2026-02-29")[1]
    assert 'type="text"' in draw(ask(Control.DATE), "29.2.2026")  # a date input would hide it


def test_a_moment_is_read_in_the_persons_zone_which_the_page_names() -> None:
    answer = post(ask(Control.DATETIME), "q=2026-07-01T14:30")
    assert answer == ZonedTime(datetime(2026, 7, 1, 14, 30, tzinfo=ZoneInfo(BERLIN)), BERLIN)
    drawn = draw(ask(Control.DATETIME), answer)
    assert 'value="2026-07-01T14:30"' in drawn
    assert "In your time zone, Europe/Berlin;" in drawn


def test_a_moment_stored_in_another_zone_is_shown_in_the_persons_own() -> None:
    stored = ZonedTime(datetime(2026, 7, 1, 8, 30, tzinfo=ZoneInfo("America/New_York")), "UTC")
    assert 'value="2026-07-01T14:30"' in draw(ask(Control.DATETIME), stored)


def test_a_time_the_clock_skipped_is_refused_and_stays_typed() -> None:
    typed = post(ask(Control.DATETIME), "q=2026-03-29T02:30")
    assert typed == "2026-03-29T02:30[Europe/Berlin]"
    answer, words = judge(ask(Control.DATETIME), typed)
    assert answer is None
    assert "skipped 02:30 on 29 March 2026" in words[0]
    assert 'value="2026-03-29T02:30"' in draw(ask(Control.DATETIME), typed, check=True)


@pytest.mark.parametrize(("fold", "utc"), [("earlier", 0), ("later", 1)])
def test_a_time_the_clock_showed_twice_asks_which_one(fold: str, utc: int) -> None:
    question = ask(Control.DATETIME)
    typed = post(question, "q=2026-10-25T02:30")
    assert typed == "2026-10-25T02:30[Europe/Berlin]"
    assert "twice" in judge(question, typed)[1][0]
    drawn = draw(question, typed)
    assert "The earlier one, UTC+02:00" in drawn
    assert "The later one, UTC+01:00" in drawn
    answer = post(question, f"q=2026-10-25T02:30&q.fold={fold}")
    assert isinstance(answer, ZonedTime)
    assert answer.utc().hour == utc
    assert f'value="{fold}" selected' in draw(question, answer)
    assert from_json(to_json(answer)) == answer


def test_the_zone_of_a_zoned_moment_is_chosen_and_starts_as_the_persons() -> None:
    question = ask(Control.DATETIME_ZONE)
    assert "<option selected>Europe/Berlin</option>" in draw(question)
    answer = post(question, "q=2026-07-01T14:30&q.zone=Asia/Tokyo")
    assert answer == ZonedTime(
        datetime(2026, 7, 1, 14, 30, tzinfo=ZoneInfo("Asia/Tokyo")), "Asia/Tokyo"
    )
    assert "<option selected>Asia/Tokyo</option>" in draw(question, answer)


def test_a_zone_chosen_before_its_time_stays_chosen() -> None:
    question = ask(Control.DATETIME_ZONE, required=True)
    typed = post(question, "q=&q.zone=Asia/Tokyo")
    assert typed is not None
    assert "<option selected>Asia/Tokyo</option>" in draw(question, typed)
    assert judge(question, typed)[1] == ["Enter “Question”"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "[]"])
def test_a_forged_zone_is_refused_at_the_field(zone: str) -> None:
    typed = post(ask(Control.DATETIME_ZONE), f"q=2026-07-01T14:30&q.zone={zone}")
    assert typed is not None
    answer, words = judge(ask(Control.DATETIME_ZONE), typed)
    assert answer is None
    assert words


@pytest.mark.parametrize(
    "typed", ["0001-01-01T00:00", "9999-12-31T23:59", "tomorrow", "2026-13-01T00:00"]
)
def test_what_is_no_moment_is_refused(typed: str) -> None:
    assert judge(ask(Control.DATETIME), post(ask(Control.DATETIME), f"q={typed}") or "")[1]


def test_an_option_not_offered_is_refused_at_the_field() -> None:
    for control, answer in (
        (Control.RADIO, "9"),
        (Control.SELECT, "9"),
        (Control.CHECKBOXES, ("1", "9")),
    ):
        value, words = judge(ask(control, choices=YES_NO), answer)
        assert value is None
        assert "not offered" in words[0]


def test_an_option_withdrawn_is_told_before_anybody_asks() -> None:
    form = schema_form.build(schema(ask(Control.RADIO, choices=YES_NO)), {"q": "9"})
    assert [words for _, words in form.problems()] == [
        "“Question”: what was chosen is not offered here. Choose again."
    ]


def test_an_option_closed_by_the_vendor_shows_why_and_is_refused() -> None:
    question = ask(Control.RADIO, choices=(Choice("1", "Now", disabled="phone only"),))
    assert "phone only" in draw(question)
    assert judge(question, "1")[1] == ["“Now” cannot be chosen: phone only"]


def test_an_unticked_box_and_an_emptied_list_are_answers_too() -> None:
    assert post(ask(Control.CHECKBOX), "q=") == ""
    assert post(ask(Control.CHECKBOX), "q=&q=true") == "true"
    assert post(ask(Control.CHECKBOXES, choices=YES_NO), "q=") == ()
    assert post(ask(Control.CHECKBOXES, choices=YES_NO), "q=&q=0&q=1&q=0") == ("0", "1")


def test_several_ticked_options_go_in_the_vendors_order() -> None:
    assert judge(ask(Control.CHECKBOXES, choices=YES_NO), ("0", "1")) == (("1", "0"), [])


def test_a_choice_shows_its_meaning_and_response_times_without_lengthening_its_name() -> None:
    choice = Choice("2", "2-Major", "Service degraded", ("First response: 2 hours",))
    drawn = draw(ask(Control.RADIO, choices=(choice,)), "2")
    assert 'aria-labelledby="f-q_0_label" aria-describedby="f-q_0_note" checked' in drawn
    assert "First response: 2 hours" in drawn


@pytest.mark.parametrize("control", [Control.RADIO, Control.SELECT, Control.DATE, Control.TEXT])
def test_clear_empties_a_clearable_answer_without_script(control: Control) -> None:
    question = ask(control, choices=YES_NO, clearable=True)
    assert 'name="q.clear"' in draw(question)
    assert post(question, "q=1&q.clear=1") == ""


def test_clear_is_offered_only_where_the_vendor_allows_it() -> None:
    assert "q.clear" not in draw(ask(Control.RADIO, choices=YES_NO))


def test_a_disabled_question_is_read_only_and_sends_the_vendors_value_whatever_was_posted() -> None:
    question = ask(Control.RADIO, choices=YES_NO, default="0", disabled=True, required=True)
    assert post(question, "q=1") is None
    drawn = draw(question)
    assert ">No</output>" in drawn
    assert "<input" not in drawn
    assert "Given by the vendor; it cannot be changed here." in drawn
    form = schema_form.build(schema(question), {"q": "1"}, check=True)
    assert form.is_valid()
    assert [(a.value, a.display) for a in form.answered()] == [("0", "No")]


def test_a_secret_is_never_drawn_back() -> None:
    assert "hunter2" not in draw(ask(Control.TEXT, secret=True), "hunter2")


def test_errors_the_vendors_form_knows_already_are_shown_and_stop_the_review() -> None:
    question = ask(Control.TEXT, errors=("A second questionnaire cannot be answered.",))
    assert "second questionnaire" in draw(question, "x")
    assert judge(question, "x")[1] == ["A second questionnaire cannot be answered."]


def test_an_incomplete_form_is_not_valid() -> None:
    form = schema_form.build(schema(ask(Control.TEXT), complete=False), {"q": "x"}, check=True)
    assert not form.is_valid()


def test_an_e_mail_address_must_look_like_one() -> None:
    assert judge(ask(Control.EMAIL), " a@example.com ") == ("a@example.com", [])
    assert judge(ask(Control.EMAIL), "a@")[1]


def test_tags_are_separated_by_commas_or_lines() -> None:
    assert post(ask(Control.TAGS), "q=a,+b%0D%0Ac,,a") == ("a", "b", "c")
    assert 'value="a, b"' in draw(ask(Control.TAGS), ("a", "b"))


def test_a_null_character_never_reaches_the_store() -> None:
    assert post(ask(Control.TEXT), "q=a%00b") == "a\ufffdb"


def test_files_are_judged_by_number_and_size_and_told_before_choosing() -> None:
    question = ask(Control.FILE, max_files=2, max_size=5_000_000, required=True)
    assert "Up to 2 files, each of 5 MB or less." in draw(question)
    small, large = FileRef("1", "a.txt", 10), FileRef("2", "core.dmp", 12_000_000)
    assert judge(question, (small,)) == ((small,), [])
    assert judge(question, ())[1] == ["Add a file to “Question”"]
    assert "core.dmp has 12 MB; the limit is 5 MB." in judge(question, (small, large))[1][0]
    assert "Remove 1." in judge(question, (small, small, small))[1][0]


def test_kept_files_are_listed_each_with_a_way_to_remove_it() -> None:
    drawn = draw(ask(Control.FILE), (FileRef("abc", "log.txt", 10),))
    assert "log.txt" in drawn
    assert 'name="q.drop" value="abc"' in drawn
    assert 'type="file"' not in drawn  # one file is the limit


def test_a_long_list_is_narrowed_by_the_server_and_keeps_what_is_chosen() -> None:
    choices = tuple(Choice(str(n), f"Contract {n}") for n in range(40))
    drawn = draw(ask(Control.COMBOBOX, choices=choices), "7", looking={"q": "contract 39"})
    assert "Contract 39" in drawn
    assert "Contract 7" in drawn
    assert "Contract 12" not in drawn


def test_what_a_valid_form_says_leaves_out_what_was_left_empty() -> None:
    form = schema_form.build(
        schema(
            ask(Control.TEXT),
            Field("empty", "Empty", Control.TEXT, section="details"),
            Field("list", "List", Control.CHECKBOXES, section="people", choices=YES_NO),
            Field("note", "Note", Control.NOTICE, section="people", help="Read this."),
        ),
        {"q": "x", "empty": "", "list": ("1", "0"), "stale": "never sent"},
        check=True,
    )
    assert form.is_valid()
    assert [(a.key, a.value, a.display, a.section) for a in form.answered()] == [
        ("q", "x", "x", "details"),
        ("list", ("1", "0"), "Yes\nNo", "people"),
    ]


def test_sections_keep_their_place_when_empty() -> None:
    groups = schema_form.build(schema(ask(Control.TEXT)), {}).groups()
    assert [(g.section.key, len(g.spots)) for g in groups] == [("details", 1), ("people", 0)]


def signature(question: Field, answer: Answer) -> str:
    form = schema_form.build(schema(question), {"q": answer}, zone=BERLIN)
    return form.groups()[0].signature


def test_typing_does_not_change_a_sections_signature_but_its_shape_does() -> None:
    text = ask(Control.TEXT)
    assert signature(text, "a") == signature(text, "b")
    assert signature(text, "a") != signature(ask(Control.TEXT, max_length=5), "a")
    moment = ask(Control.DATETIME)
    assert signature(moment, "2026-10-25T02:30") != signature(moment, "2026-10-26T02:30")
    paths = ask(Control.TREE, tree=TOPICS)
    assert signature(paths, ("edge/slow",)) != signature(paths, ("mail",))


def test_an_adapter_is_told_nothing_that_is_only_half_chosen() -> None:
    half = post(ask(Control.TREE, tree=TOPICS), "q=&q.0=&q.0.0=Edge")
    assert half is not None
    assert schema_form.told({"q": half, "t": "x"}) == {"q": (), "t": "x"}

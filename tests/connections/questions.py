"""One question as a form: posted, judged and drawn."""

from django.http import QueryDict

from vendors.connections import schema_form
from vendors.schema import Answer, Choice, Control, Field, FormSchema, Section, TreeNode

BERLIN = "Europe/Berlin"
YES_NO = (Choice("1", "Yes"), Choice("0", "No"))
TOPICS = TreeNode(
    "",
    topic="Product",
    children=(
        TreeNode(
            "Edge",
            topic="Problem",
            children=(TreeNode("Slow", value="edge/slow"), TreeNode("Down", value="edge/down")),
        ),
        TreeNode(
            "Mail",
            topic="Area",
            value="mail",
            children=(TreeNode("Bounces", value="mail/bounces"),),
        ),
    ),
)


def schema(*fields: Field, complete: bool = True) -> FormSchema:
    return FormSchema(
        (Section("details", "Details"), Section("people", "People")), fields, complete
    )


def ask(control: Control, **more: object) -> Field:
    return Field("q", "Question", control, member="vendorMember", section="details", **more)  # type: ignore[arg-type]  # the keywords vary by case


def post(question: Field, body: str, zone: str = BERLIN) -> Answer | None:
    """What `body`, as a browser sends it, answers to the question."""
    return schema_form.read(schema(question), QueryDict(body), zone=zone).get("q")


def judge(question: Field, answer: Answer) -> tuple[Answer | None, list[str]]:
    """(the exact answer, no words) or (None, the words) of a checked form over this answer."""
    form = schema_form.build(schema(question), {"q": answer}, zone=BERLIN, check=True)
    if form.is_valid():
        return form.cleaned_data["q"], []
    return None, [words for _, words in form.problems()]


def draw(question: Field, answer: Answer | None = None, **more: object) -> str:
    answers = {} if answer is None else {"q": answer}
    form = schema_form.build(schema(question), answers, zone=BERLIN, **more)  # type: ignore[arg-type]  # the keywords vary by case
    return form["q"].as_field_group()

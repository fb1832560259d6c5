"""Drafts the simulator's Akamai v2 accepts, and other things a person would have typed."""

from vendors import markers
from vendors.akamai_v2 import tree
from vendors.schema import Answer, Control
from vendors.vocabulary import Account, Answered, CaseDraft, Contact, NoteDraft

MARKER = "P-7Q2MK4XD"
SUBJECT = "Images load slowly"
CONTACT = Contact("Casey North", "casey@northwind.example", "+44 20 7946 0999", "Northwind Traders")
TEST_TICKET = tree.encode(
    (
        tree.Level("product", "Other", "Product", "Other"),
        tree.Level("problem", "Duplicate/Test Ticket", "Problem", "Duplicate/Test Ticket"),
    )
)


def draft(subject: str = SUBJECT, marker: str = MARKER, **changed: Answer) -> CaseDraft:
    """A plain case, with `changed` answers by key."""
    answers: dict[str, Answer] = {
        "categoryType": "Technical",
        "subCategories": (TEST_TICKET,),
        "severity": "3-Low Impact",
        "subject": subject,
        "description": "Since Monday.",
        **changed,
    }
    return CaseDraft(
        marker=marker,
        account=Account("1-NWT01", "Northwind Traders"),
        contact=CONTACT,
        answers=tuple(
            Answered(key, key, Control.TEXT, value, str(value)) for key, value in answers.items()
        ),
    )


def note(text: str = "It is worse today.", step: int = 2) -> NoteDraft:
    return NoteDraft(text, markers.step(MARKER, step))

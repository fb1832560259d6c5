"""What the Akamai v2 form says to people where the vendor's metadata says nothing."""

from vendors.schema import Section

SECTIONS = (
    Section("category", "What it is about"),
    Section("subcategories", "What exactly"),
    Section("details", "The problem"),
    Section("severity", "How severe it is"),
    Section("questions", "Akamai's questions"),
    Section("people", "Who it is for"),
    Section("references", "Reference numbers"),
    Section("files", "Files"),
)

CATEGORY = "Category"
SUBCATEGORIES = "Subcategories"
SUBCATEGORIES_HELP = (
    "You may stop at any level; the closer the choice, the better Akamai's questions fit."
)
NO_SUBCATEGORIES = (
    "Akamai lists no subcategories here, and a case needs one. Choose another category."
)
NO_CATEGORIES = "Akamai lists no categories for this account, so no case can be filed with it now."

PROBLEM = "Describe the problem"
DETAILS_HELP = (
    "With the questions below, Akamai’s engineers read this text in place of a description."
)
SEVERITY = "Severity"
SEVERITY_HINTS_MISSING = (
    "Akamai's explanations of the severities cannot be read now. You can choose one all the same."
)
MORE_OPTIONS = "More options appear with other answers."
GIVEN = "Given by Akamai"
CUSTOMER = "Customer"
ENTITLED = "The one account at Akamai that may be filed for"
NO_CUSTOMER = (
    "Akamai wants a customer named, and none of those it offers belongs to this organisation."
    " Ask your reseller to link one."
)
HIDDEN = "Hide this case in Akamai Control Center"
HIDDEN_HELP = (
    "Akamai then leaves it out of some of its own pages. Who sees it here does not change."
)
FILES = "Files"
FILES_HELP = "Each file follows the case as a step of its own, under the name it has here."

ATTRIBUTE_LABELS = {
    "subject": "Subject",
    "description": PROBLEM,
    "additionalDetails": PROBLEM,
    "customer": CUSTOMER,
    "endCustomerName": "End customer",
    "customerTrackingNumber": "Your own reference",
    "partnerTicketNumber": "Reseller's reference",
    "userName": "Name",
    "userEmail": "E-mail",
    "userPhone": "Phone",
    "userCompany": "Company",
}


def leading(path: str) -> str:
    """Which of several subcategories decides what is asked."""
    return (
        f"“{path}” comes first: it decides which severities and response times Akamai shows."
        " The details asked for are those of all your subcategories together."
        " Put another one first to change that."
    )


def two_questionnaires(paths: list[str]) -> str:
    """Why these subcategories cannot go into one case."""
    named = " and ".join(f"“{path}”" for path in paths)
    return (
        f"{named} lead to different questionnaires, and Akamai takes one per case."
        " Remove one of them and file it as a case of its own."
    )


def file_comment(label: str) -> str:
    """The comment a file travels with when it answers a question."""
    return f"Answer to: {label}"

"""The questionnaires of Akamai v2, all invented.

100 uses all ten field types and asks three levels deep (an option's ``dependentQuestions`` are
questions of their own, as the vendor's prose says). 101 and 103 spell fieldTypes as the vendor's
sample does. 102 has a fieldType nobody has documented. 104 gates options as the vendor's table
says: there ``dependentQuestions`` are already answered questions which let an option be chosen.
"""

from typing import Any

from .akamai_v2_attributes import API_USER

Json = dict[str, Any]


def _question(number: int, text: str, kind: str, **given: Any) -> Json:
    """Make a question; what is neither option, help nor current answer goes to its uiControls."""
    question: Json = {"questionId": number, "questionText": text}
    for name in ("helpText", "currentAnswers", "answerOptions"):
        if name in given:
            question[name] = given.pop(name)
    controls = {"fieldType": kind, "isRequired": False, "isDisabled": False}
    question["uiControls"] = controls | given
    return question


def _options(number: int, *values: str, **dependent: Any) -> list[Json]:
    """Make options numbered from ``number`` up; ``dependent`` goes by position, as o0, o1..."""
    options = []
    for place, value in enumerate(values):
        option: Json = {"answerId": number + place, "answerValue": value}
        if f"o{place}" in dependent:
            option["dependentQuestions"] = dependent[f"o{place}"]
        options.append(option)
    return options


_TLS_DETAIL = _question(
    679,
    "What does the client report during the handshake?",
    "textarea",
    isRequired=True,
    maxLength=2000,
    rows=5,
    helpText="Paste the alert or error as the client prints it.",
)

_PROTOCOLS = _question(
    678,
    "Which protocols are slow?",
    "checkbox",
    isRequired=True,
    answerOptions=_options(6780, "HTTP/1.1", "HTTP/2", "HTTP/3", "TLS 1.3", o3=[_TLS_DETAIL]),
)

_REGION = _question(
    677,
    "Which region sees it most?",
    "dropdown",
    isRequired=True,
    isClearable=True,
    answerOptions=_options(
        6770,
        "Africa",
        "Asia Pacific",
        "Europe",
        "Latin America",
        "North America",
        o2=[_PROTOCOLS],
        o4=[_question(676, "Which networks (AS numbers)?", "text", maxLength=120)],
    ),
)

_ALTA_SLOW: list[Json] = [
    _question(
        670,
        "When did it become slow?",
        "date-time",
        isRequired=True,
        isClearable=True,
        helpText="The first moment you know of, in universal time.",
    ),
    _question(
        671,
        "Are visitors in production affected?",
        "radio",
        isRequired=True,
        answerOptions=_options(6710, "Yes", "No", "Not known", o0=[_REGION]),
    ),
    _question(
        672,
        "When may we test against your origin?",
        "date-time-timezone",
        isClearable=True,
        helpText="Start of the time window, with its time zone.",
    ),
    _question(673, "How many visitors report it each hour?", "number", currentAnswers=["10"]),
    _question(
        674,
        "Time to first byte you measure, in seconds",
        "decimal",
        isRequired=True,
        helpText="For example 1.75",
    ),
    _question(
        675,
        "One address that shows it",
        "text",
        isRequired=True,
        maxLength=500,
        displayName="Address (URL)",
    ),
    _question(
        680,
        "What have you tried so far?",
        "textarea",
        maxLength=4000,
        rows=6,
    ),
    _question(
        681,
        "A capture or HAR file of one slow request",
        "file-upload",
        maxSize="25MB",
        helpText="Name it here and add the file to the case once it is filed.",
    ),
    _question(
        682,
        "Who may we call about this?",
        "text",
        maxLength=100,
        currentAnswers=[API_USER["userName"]],
    ),
    _question(
        683,
        "Support contract",
        "text",
        isDisabled=True,
        currentAnswers=["Premium 2.0"],
    ),
]

_ION_STALE: list[Json] = [
    _question(690, "When was the content published at the origin?", "Date", isRequired=True),
    _question(
        691,
        "How did you purge?",
        "RADIO",
        answerOptions=_options(
            6910,
            "By URL",
            "By cache tag",
            "By CP code",
            "Not at all",
            o1=[_question(692, "Which cache tags?", "Text", isRequired=True, maxLength=128)],
        ),
    ),
    _question(
        693,
        "Where is it stale?",
        "CheckBox",
        isRequired=True,
        answerOptions=_options(6930, "Staging", "Production", "In some browsers only"),
    ),
]

_MPULSE: list[Json] = [
    _question(700, "How sure are you that the tag is loaded (0 to 10)?", "slider", isRequired=True),
    _question(701, "Version of the tag", "text", maxLength=40),
]

_UNDER_ATTACK: list[Json] = [
    _question(
        710,
        "What kind of attack is it?",
        "Dropdown",
        isRequired=True,
        answerOptions=_options(7100, "Flood of requests", "Stolen logins", "Scraping", "Not known"),
    ),
    _question(711, "When did it start?", "Date-Time-TimeZone", isRequired=True),
    _question(712, "Requests each second at the peak", "Number"),
    _question(
        713, "May we block whole countries?", "Radio", answerOptions=_options(7130, "Yes", "No")
    ),
]

_ENGAGEMENT: list[Json] = [
    _question(
        720,
        "Where shall the work be done?",
        "radio",
        isRequired=True,
        answerOptions=_options(7200, "Remotely", "On site"),
    ),
    _question(
        721,
        "Length of the engagement",
        "dropdown",
        isRequired=True,
        answerOptions=_options(
            7210,
            "Two days",
            "One week",
            "One month",
            o1={"questionId": 720, "currentAnswers": ["On site"]},
            o2=[{"questionId": 720, "currentAnswers": ["On site", "Remotely"]}],
        ),
    ),
    _question(722, "Purchase order", "text", maxLength=40),
]

QUESTIONS: dict[int, list[Json]] = {
    100: _ALTA_SLOW,
    101: _ION_STALE,
    102: _MPULSE,
    103: _UNDER_ATTACK,
    104: _ENGAGEMENT,
}


def questionnaire(number: int) -> Json | None:
    """Answer the questionnaires operation, or None for an unknown number."""
    questions = QUESTIONS.get(number)
    return None if questions is None else {"questionnaireId": number, "questions": questions}

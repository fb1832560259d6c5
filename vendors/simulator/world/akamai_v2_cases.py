"""The cases Akamai v2 has at the start: filed by other people, some closed, some not.

Ages are in hours before the start.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """One activity: who wrote what, how many hours before the start."""

    hours: float
    kind: str
    by: str
    text: str
    file_name: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class FirstCase:
    """A case of the start."""

    case_id: str
    customer: str
    category: str
    path: tuple[str, ...]
    subject: str
    description: str
    severity: str
    status: str
    hours: float
    submitted_by: str
    told: tuple[Told, ...] = ()
    solution: tuple[str, str, str] | None = None
    next_step: str = ""
    tracking: str = ""
    external: str = ""
    geo_link: str = ""


_TRACE = b"""Target: www.fabrikam.example
 1  192.0.2.1      0.4 ms
 2  198.51.100.7   3.1 ms
 3  203.0.113.20  48.9 ms
"""

FIRST_CASES: tuple[FirstCase, ...] = (
    FirstCase(
        "F-CS-1013252",
        "Northwind Traders",
        "Technical",
        ("Ion Premier", "Stale or wrong content", "Purge", "Purge takes too long"),
        "Purge of the autumn catalogue takes twenty minutes",
        "We purge by cache tag after each price change; the old prices stay for up to 20 minutes.",
        "2-Medium Impact",
        "Work in Progress",
        76,
        "Noah Field",
        (
            Told(75, "email", "Maya Olsen", "I have the case and look at the purge requests now."),
            Told(
                50, "webUpdate", "Noah Field", "It happened again at 09:40 UTC with tag autumn-7."
            ),
            Told(
                26,
                "email",
                "Maya Olsen",
                "The requests waited in a queue on our side. A fix is tested.",
            ),
        ),
        next_step="Akamai tests a change of the purge queue",
        tracking="NW-2207",
    ),
    FirstCase(
        "F-CS-1013388",
        "Northwind Traders",
        "Billing",
        ("Invoice", "Wrong Address"),
        "Invoice shows our former address",
        "The invoice of last month still names the street we left in spring.",
        "3-Low Impact",
        "Unassigned",
        9,
        "Noah Field",
    ),
    FirstCase(
        "F-CS-1013401",
        "Fabrikam Industries",
        "Technical",
        ("Alta", "Edge connection", "Edge servers", "Reset during transfer"),
        "Downloads above 2 GB are reset",
        "Transfers of firmware images stop with a reset after two to three minutes.",
        "1-Major Impact",
        "Pending Customer Response",
        30,
        "Lena Brandt",
        (
            Told(
                29.5,
                "email",
                "Tariq Aziz",
                "Can you send a trace to the edge server you are mapped to?",
            ),
            Told(28, "attachment", "Lena Brandt", "Trace from our office", "trace.txt", _TRACE),
            Told(20, "email", "Tariq Aziz", "Thank you. Does it also happen over IPv6?"),
        ),
        next_step="Customer answers whether IPv6 is affected too",
        external="AD-1432",
        geo_link="1-HGAJ7",
    ),
    FirstCase(
        "F-CS-1013460",
        "Fabrikam Industries",
        "Business",
        ("User Access and Management", "Reset Second Factor"),
        "Second factor of a former phone",
        "One of our administrators lost her phone and cannot sign in.",
        "2-Major",
        "Closed",
        240,
        "Lena Brandt",
        (
            Told(
                236, "email", "Ines Duarte", "The second factor is reset; she can enrol a new one."
            ),
        ),
        ("Second factor reset", "The phone was lost.", "The factor was reset after a call back."),
    ),
    FirstCase(
        "F-CS-1013502",
        "Contoso Retail",
        "Security",
        ("Kona Site Defender", "False positive", "Custom rule"),
        "Gift card page blocked by a custom rule",
        "Rule 6040 denies about two per cent of good orders.",
        "2-Major",
        "Assigned",
        14,
        "Omar Haddad",
        (Told(13, "email", "Kei Tanaka", "We are reading the denied requests of last night."),),
        next_step="Akamai proposes an exception",
    ),
    FirstCase(
        "F-CS-1013544",
        "Contoso Retail",
        "Technical",
        ("Adaptive Media Delivery", "Playback", "Rebuffering"),
        "Rebuffering during the launch event",
        "Viewers in Spain and Portugal saw the stream stop every minute.",
        "1-Critical",
        "Solution Provided",
        52,
        "Omar Haddad",
        (
            Told(51.8, "email", "Maya Olsen", "An incident team looks at it."),
            Told(
                44,
                "email",
                "Maya Olsen",
                "A peering link was full; traffic is moved since 18:10 UTC.",
            ),
        ),
        next_step="Customer confirms",
    ),
    FirstCase(
        "F-CS-1013590",
        "Adventure Cycles",
        "Technical",
        ("NetStorage", "Upload", "Login refused"),
        "rsync login refused since the key change",
        "Our nightly upload is refused although the new key is shown as active.",
        "2-Major",
        "Closed",
        700,
        "Petra Novak",
        (Told(690, "email", "Tariq Aziz", "The key had a line break in it; we removed it."),),
        ("Key with a line break", "The stored key was cut in two.", "The key was stored again."),
    ),
    FirstCase(
        "F-CS-1013611",
        "Litware Insurance",
        "Technical",
        ("Edge DNS", "Zone changes", "Transfer from primary fails"),
        "Zone transfer fails with REFUSED",
        "Transfers of our main zone fail since we changed the address of the primary.",
        "3-Low Impact",
        "Work in Progress",
        120,
        "Sofia Marin",
        (
            Told(
                118, "email", "Kei Tanaka", "Please allow the transfer agents listed in the portal."
            ),
        ),
    ),
    FirstCase(
        "F-CS-1013645",
        "Tailspin Airfreight",
        "Professional-Services",
        ("Alta", "Migration"),
        "Move of four properties in January",
        "We would like help with moving four properties before the end of January.",
        "3-Low Impact",
        "Assigned",
        310,
        "Ben Carter",
        (Told(300, "email", "Ines Duarte", "A consultant calls you this week to set the scope."),),
        next_step="Kick-off call",
    ),
    FirstCase(
        "F-CS-1013677",
        "Tailspin Airfreight",
        "Technical",
        ("Global Traffic Management", "Liveness tests", "False alarm"),
        "Liveness test reports a healthy data centre as down",
        "Twice a day the test fails for a few seconds although the site answers.",
        "3-Low Impact",
        "Unassigned",
        5,
        "Ben Carter",
    ),
    FirstCase(
        "F-CS-1013702",
        "Northwind Traders",
        "Business",
        ("Reporting", "Export Fails"),
        "Export of the traffic report stops at 10,000 rows",
        "The file ends after 10,000 rows without saying so.",
        "3-Low Impact",
        "Closed",
        1_500,
        "Noah Field",
        (Told(1_450, "email", "Ines Duarte", "Exports now continue in a second file."),),
        (
            "Exports are split",
            "Exports were cut at 10,000 rows.",
            "Longer exports come in several files.",
        ),
    ),
    FirstCase(
        "F-CS-1013733",
        "",
        "Technical",
        ("Other", "Duplicate/Test Ticket"),
        "Test of the case interface",
        "Please ignore.",
        "3-Low Impact",
        "Unassigned",
        2,
        "Rowan Blake",
    ),
)

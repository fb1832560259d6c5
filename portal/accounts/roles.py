"""What each role may do. A role belongs to a membership, so to a person in one organisation."""

from django.db import models


class OrganizationKind(models.TextChoices):
    RESELLER = "reseller", "Reseller"
    CUSTOMER = "customer", "Customer"


class Role(models.TextChoices):
    REQUESTER = "requester", "Requester"  # files; sees own cases
    VIEWER = "viewer", "Viewer"  # reads all of the organisation's cases
    MANAGER = "manager", "Manager"  # all cases, people
    AGENT = "agent", "Agent"  # reseller: all customers' cases, on their behalf
    ADMIN = "admin", "Admin"  # reseller: agent, and connections, people, audit


class Ability(models.TextChoices):
    """A thing a role may do within its organisation's reach."""

    READ_ALL = "read_all"
    FILE = "file"
    WRITE = "write"  # notes, files, close requests
    MANAGE_PEOPLE = "manage_people"
    MANAGE_CONNECTIONS = "manage_connections"
    SEE_ATTEMPTS = "see_attempts"  # staff detail of deliveries
    SETTLE = "settle"  # decide steps that machines cannot
    VIEW_AS = "view_as"  # read-only, through the eyes of somebody of a lower rank
    READ_AUDIT = "read_audit"


ROLES_OF_KIND = {
    OrganizationKind.CUSTOMER: (Role.REQUESTER, Role.VIEWER, Role.MANAGER),
    OrganizationKind.RESELLER: (Role.AGENT, Role.ADMIN),
}

ABILITIES: dict[str, frozenset[Ability]] = {
    Role.REQUESTER: frozenset({Ability.FILE, Ability.WRITE}),
    Role.VIEWER: frozenset({Ability.READ_ALL}),
    Role.MANAGER: frozenset({Ability.READ_ALL, Ability.FILE, Ability.WRITE, Ability.MANAGE_PEOPLE}),
    Role.AGENT: frozenset(
        {
            Ability.READ_ALL,
            Ability.FILE,
            Ability.WRITE,
            Ability.SEE_ATTEMPTS,
            Ability.SETTLE,
            Ability.VIEW_AS,
        }
    ),
    Role.ADMIN: frozenset(Ability),
}

# Nobody views as, removes or changes the role of somebody of an equal or higher rank elsewhere.
RANK: dict[str, int] = {
    Role.VIEWER: 1,
    Role.REQUESTER: 1,
    Role.MANAGER: 2,
    Role.AGENT: 3,
    Role.ADMIN: 4,
}

ROLE_EXPLAINED = {
    Role.REQUESTER: "files cases and follows their own",
    Role.VIEWER: "reads every case of the organisation",
    Role.MANAGER: "files and follows every case of the organisation, manages its people",
    Role.AGENT: "works on the cases of all the reseller's customers",
    Role.ADMIN: "an agent who also manages vendor connections, people and audit",
}

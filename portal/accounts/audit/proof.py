"""The proof: every chain is walked again, and what does not fit is told."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from portal.accounts.audit import chain as chains
from portal.accounts.audit.chain import Link
from portal.accounts.models import AuditEvent, AuditSeal

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that nobody could do through Caseport: what, and where."""

    kind: str  # changed, removed, inserted or missing
    words: str


@dataclass(slots=True)
class Proof:
    """What a walk along one chain came to."""

    chain: str
    events: int = 0
    head: Link = field(default_factory=Link)
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: str, words: str) -> None:
        self.findings.append(Finding(kind, words))


def prove() -> Iterator[Proof]:
    """Walk every chain there is, from its beginning or from what the last purge left of it."""
    anchors = chains.anchors()
    inserted: dict[str, list[AuditEvent]] = {}
    for event in chains.put_in_afterwards().order_by("at", "id"):
        inserted.setdefault(chains.chain_of(event), []).append(event)
    known = AuditSeal.objects.order_by().values_list("chain", flat=True).distinct()
    for chain in sorted({*known, *anchors, *inserted}):
        proof = _walk(chain, anchors.get(chain, Link()))
        for event in inserted.get(chain, ()):
            words = f"event {event.pk} of {event.at:%Y-%m-%d %H:%M:%S} was put in afterwards"
            proof.find("inserted", words)
        yield proof


def _walk(chain: str, start: Link) -> Proof:
    proof = Proof(chain, head=start)
    seals = AuditSeal.objects.filter(chain=chain).order_by("number")
    while batch := list(seals.filter(number__gt=proof.head.number)[:BATCH]):
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in batch])
        for seal in batch:
            _step(proof, seal, events.get(seal.event_id))
    return proof


def _step(proof: Proof, seal: AuditSeal, event: AuditEvent | None) -> None:
    """Compare one link with its event. The link itself is what the next one is proven from."""
    before = proof.head
    proof.head = Link(seal.number, seal.digest)
    proof.events += event is not None
    is_linked = seal.number == before.number + 1
    if not is_linked:
        first, last = before.number + 1, seal.number - 1
        proof.find("missing", f"the seals from number {first} to {last} are missing")
    if event is None:
        words = f"number {seal.number}: its event {seal.event_id} was removed"
        proof.find("removed", words)
    elif is_linked and before.over(event) != proof.head:
        words = f"number {seal.number}: event {event.pk}, or a seal beside it, was changed"
        proof.find("changed", words)


def gone(digests: Collection[str]) -> list[str]:
    """Those of these digests that stand for no link any more, nor for an anchor."""
    standing = set(AuditSeal.objects.filter(digest__in=digests).values_list("digest", flat=True))
    standing |= {link.digest for link in chains.anchors().values()}
    return sorted(set(digests) - standing)

"""
Taking a bank's file in: kept as it came, read, compared with ours, its differences queued.

The same file twice is one run. Another file under the same number is refused: a correction is
the next number, and supersedes the run before together with its unexplained breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.actions import credentials, queueing
from partners.actions.publishing import KEPT_FOR
from partners.models import PartnerBank, ReconRun, RunStatus, SettlementFile
from partners.queries import reconciling as queries
from partners.rules.comparing import COMPARISONS
from partners.rules.files.names import EXPECTED, BadName, FileName, parsed
from partners.rules.files.reading import Line, Reading, read
from partners.rules.files.writing import MEDIA_TYPE
from partners.rules.reconciling import Reconciled, reconcile
from tenancy import room
from tenancy.actions import audit, documents, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require
from tenancy.roles import Role

# 50,000 receipts are about 12 MB.
LARGEST_BYTES = 64 << 20
FAULTS_KEPT = 200


class NotSettledYet(Refusal):
    """We have published no file of this kind and day that theirs could be compared with."""

    code = "not_settled"


class FileTaken(Refusal):
    """A file with this number was taken already, with other content; the next number is free."""

    code = "file_immutable"


class FileOutOfOrder(Refusal):
    """A file with a later number has superseded this one."""

    code = "file_superseded"


@dataclass(frozen=True, slots=True)
class _Taken:
    """A bank's file as it came."""

    bank: PartnerBank
    name: FileName
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


@room.atomic
def take(
    *, actor: Actor, at: datetime, on: date, bank_id: UUID, file_name: str, content: bytes
) -> ReconRun:
    """
    Take a bank's file in and compare it with ours; return the run, also where it is refused.

    A file whose content does not fit is not a refusal of the request: it is kept, and the run
    names its faults. The bank may hand in its own, finance anyone's.

    :param on: the business date
    :raises NotFound: if there is no such bank, or it is another one than the actor's
    :raises Invalid: for a name that does not fit, or a file that is too large
    :raises NotSettledYet: if there is nothing of ours to compare with
    :raises FileTaken: if the number belongs to another content
    :raises FileOutOfOrder: if a later number was taken
    """
    bank = _allowed(actor, bank_id)
    file = _Taken(bank, _name(bank, file_name, content), content)
    known = ReconRun.objects.filter(bank=bank, file_name=file_name, sha256=file.sha256).first()
    if known is not None:
        return known
    before = _before(file)
    ours = queries.our_file(bank, file.name.kind.name, file.name.on)
    if ours is None:
        raise NotSettledYet(_("%(day)s is not settled with %(bank)s yet")
                            % {"day": file.name.on, "bank": bank})  # fmt: skip
    reading = read([content], file.name)
    run = _Run(actor, at, on, file, ours, reading).record(before)
    outbox.notify(topic="reconciliation.run", payload=_news(run), at=at)
    return run


@dataclass(frozen=True, slots=True)
class _Run:
    """All that one run is made of."""

    actor: Actor
    at: datetime
    on: date
    file: _Taken
    ours: SettlementFile
    reading: Reading

    def record(self, before: ReconRun | None) -> ReconRun:
        """Write the run, what it supersedes, and its breaks."""
        if not self.reading.is_usable:
            return self._write(RunStatus.REFUSED, (), None, None)
        if before is not None:
            queueing.supersede(run=before, by=str(self.file.name), on=self.on, at=self.at)
        bank, name = self.file.bank, self.file.name
        tolerance = queries.tolerance(bank, name.on)
        ours = _our_lines(self.ours, name)
        found = reconcile(
            ours,
            self.reading.lines,
            COMPARISONS[name.kind.name],
            tolerance,
            spent=queries.rounding_spent(bank, name.on, without=before),
        )
        run = self._write(RunStatus.COMPARED, ours, found, before)
        queueing.Queueing(run, tolerance, self.on, self.at).queue(found.breaks)
        return run

    def _write(
        self,
        status: RunStatus,
        ours: Sequence[Line],
        found: Reconciled | None,
        before: ReconRun | None,
    ) -> ReconRun:
        name, faults = self.file.name, self.reading.faults
        document = documents.store(
            # A bank may not add documents at large; this one is its own file, kept as it came.
            actor=Actor.system("reconciliation", self.actor.request_id),
            at=self.at,
            content=self.file.content,
            media_type=MEDIA_TYPE,
            name=str(name),
            subject=self.ours.settlement,
            retain_until=name.on + KEPT_FOR,
        )
        run: ReconRun = ReconRun.objects.create(
            bank=self.file.bank,
            settlement=self.ours.settlement,
            kind=name.kind.name,
            on=name.on,
            seq=name.seq,
            file_name=str(name),
            sha256=self.file.sha256,
            document=document,
            status=status,
            rows_ours=len(ours),
            rows_theirs=len(self.reading.lines),
            rows_matched=len(found.matched) if found else 0,
            breaks_found=len(found.breaks) if found else 0,
            faults_found=len(faults),
            faults=[asdict(fault) for fault in faults[:FAULTS_KEPT]],
            taken_on=self.on,
            taken_at=self.at,
            taken_by=self.actor.name,
            supersedes=before,
        )
        audit.record(
            actor=self.actor, at=self.at, action="reconciliation.take", subject=run,
            changes=_news(run) | {"sha256": run.sha256},
        )  # fmt: skip
        return run


def _allowed(actor: Actor, bank_id: UUID) -> PartnerBank:
    """Return the bank under its lock; to another bank's program it does not exist."""
    if actor.role == Role.BANK:
        require(actor, Permission.SETTLEMENT_VIEW)
        if credentials.bank_of(actor).pk != bank_id:
            raise NotFound.of(_("Bank"), bank_id)
    else:
        require(actor, Permission.SETTLEMENT_RUN)
    bank: PartnerBank | None = PartnerBank.objects.for_update().filter(pk=bank_id).first()
    if bank is None:
        raise NotFound.of(_("Bank"), bank_id)
    return bank


def _name(bank: PartnerBank, file_name: str, content: bytes) -> FileName:
    errors = []
    name = None
    try:
        name = parsed(file_name)
    except BadName:
        errors.append(FieldError("/file", file_name[:120], EXPECTED))
    if name is not None and name.partner != bank.code:
        errors.append(FieldError("/file", file_name, f"{bank.code}_…"))
    if name is not None and name.kind.name not in COMPARISONS:
        errors.append(FieldError("/file", file_name, " | ".join(COMPARISONS)))
    if len(content) > LARGEST_BYTES:
        errors.append(FieldError("/file", f"{len(content)} B", f"≤ {LARGEST_BYTES} B"))
    if name is None or errors:
        raise Invalid(_("This file cannot be taken"), errors=errors)
    return name


def _before(file: _Taken) -> ReconRun | None:
    """Return the run that the file supersedes."""
    name = file.name
    runs = ReconRun.objects.filter(
        bank=file.bank, kind=name.kind.name, on=name.on, status=RunStatus.COMPARED
    )
    latest = runs.order_by("seq").last()
    if latest is None or latest.seq < name.seq:
        return latest
    if latest.seq == name.seq:
        raise FileTaken(
            _("%(file)s was taken already, with other content; correct it by number %(next)s")
            % {"file": name, "next": f"{name.seq + 1:03}"}
        )
    raise FileOutOfOrder(_("%(latest)s supersedes %(file)s") % {"latest": latest, "file": name})


def _our_lines(file: SettlementFile, name: FileName) -> list[Line]:
    """Read our own file back: what was published is what is compared, not what we know since."""
    reading = read([documents.content_of(file.document)], parsed(file.name))
    if reading.faults:
        raise documents.DocumentAltered(str(file.document_id))
    return reading.lines


def _news(run: ReconRun) -> dict[str, object]:
    return {
        "id": str(run.pk),
        "bank": run.bank.code,
        "file": run.file_name,
        "status": run.status,
        "matched": run.rows_matched,
        "breaks": run.breaks_found,
        "faults": run.faults_found,
    }

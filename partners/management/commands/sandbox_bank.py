"""`manage.py sandbox_bank`: let a bank in and run its sandbox, a process of its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from joserfc.jwk import ECKey

from partners.actions import credentials
from partners.management.sandbox.behaviour import Behaviour
from partners.management.sandbox.files import FileBehaviour
from partners.models import BankCredential, PartnerBank
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant

KID = "sandbox"


class Command(BaseCommand):
    """Registers a key for a partner bank once, then turns into its sandbox."""

    help = "Run a sandbox for a partner bank: it speaks the bank API only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say whose bank it is and how it behaves."""
        parser.add_argument("--tenant", required=True, help="the lender's address")
        parser.add_argument("--bank", required=True, help="the bank's code")
        parser.add_argument("--behaviour", choices=list(Behaviour), default=Behaviour.APPROVE)
        parser.add_argument(
            "--except", dest="exceptions", default="[]", help="JSON, see the guide"
        )
        parser.add_argument(
            "--files", choices=list(FileBehaviour), default=FileBehaviour.EXACT,
            help="how its file of a settled day differs",
        )  # fmt: skip
        parser.add_argument("--url", default="http://127.0.0.1:8000")
        parser.add_argument("--seconds", type=float, default=2.0, help="between two rounds")
        parser.add_argument(
            "--only-prepare", action="store_true", help="print the file, don't run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the file of facts, and become the process that reads it."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}")
        with room.enter(tenant.pk):
            path = _prepared(tenant, options)
        if options["only_prepare"]:
            self.stdout.write(str(path))
            return
        os.execv(sys.executable, [sys.executable, "-m", "partners.management.sandbox", str(path)])


def _prepared(tenant: Tenant, options: dict[str, Any]) -> Path:
    """Write down all that the sandbox needs to know, with a key that only it holds."""
    bank = PartnerBank.objects.filter(code=options["bank"]).first()
    if bank is None:
        raise CommandError(f"{tenant.slug} has no bank {options['bank']}")
    folder = Path(settings.HOME) / "sandbox"
    path = folder / f"{tenant.slug}-{bank.code}.json"
    client_id = f"sandbox-{tenant.slug}-{bank.code}"[:60]
    held = json.loads(path.read_text()) if path.exists() else {}
    is_known = BankCredential.objects.filter(client_id=client_id, is_active=True).exists()
    if not held or not is_known:
        key = ECKey.generate_key("P-256")
        held = {"key": key.as_dict(private=True)}
        _let_in(bank, client_id, {**key.as_dict(private=False), "kid": KID})
    facts = held | {
        "url": options["url"],
        "client_id": client_id,
        "kid": KID,
        "behaviour": str(options["behaviour"]),
        "files": str(options["files"]),
        "exceptions": json.loads(options["exceptions"]),
        "seconds": options["seconds"],
        "book": str(folder / f"{tenant.slug}-{bank.code}-book.json"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(facts, indent=1))
    return path


def _let_in(bank: PartnerBank, client_id: str, key: dict[str, Any]) -> None:
    if BankCredential.objects.filter(client_id=client_id).exists():
        raise CommandError(f"The key of {client_id} is lost; revoke its credential and remove it")
    credentials.issue(
        actor=Actor.system("sandbox_bank"),
        at=timezone.now(),
        bank_id=bank.pk,
        client_id=client_id,
        jwks={"keys": [key]},
    )

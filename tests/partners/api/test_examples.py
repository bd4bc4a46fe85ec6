"""The guide's own program, run as the guide says."""

import json
import subprocess
import sys
from pathlib import Path

from config.home import ROOT
from partners.models import PartnerBank
from tenancy.models import Tenant
from tests.partners.api.conftest import Connect

EXAMPLE = ROOT / "docs" / "examples" / "bank_client.py"


def test_the_guides_client_gets_in_and_reads(
    program_of: Connect, riverside: Tenant, harbour: PartnerBank, tmp_path: Path
) -> None:
    program = program_of(riverside, harbour)
    key_file = tmp_path / "private-key.json"
    key_file.write_text(json.dumps({**program.key.as_dict(private=True), "kid": program.kid}))
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), program.url, program.client_id, str(key_file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("harbour: ok")

"""
Taking a file of invoices in with plain SQL: the floor that the importer is held against.

COPY of the file into a staging table of texts, then one INSERT SELECT that casts, looks the firm
up and skips what is there, into a table with the columns and both indexes of the real one. No
row-level security, no foreign key, no checks, no second look at the file, one transaction.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from config.database import address

_TABLES = """
    DROP TABLE IF EXISTS bench_invoice, bench_firm, bench_file;
    CREATE TABLE bench_firm (id uuid DEFAULT gen_random_uuid(), code text PRIMARY KEY);
    CREATE TABLE bench_file (firm text, number text, issued_on text, counterparty text, net text,
        tax text, gross text, status text);
    CREATE TABLE bench_invoice (tenant_id integer NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
        merchant_id uuid NOT NULL, direction varchar(8) NOT NULL, number varchar(130) NOT NULL,
        issued_on date NOT NULL, counterparty varchar(64) NOT NULL, net numeric(20, 4) NOT NULL,
        tax numeric(20, 4) NOT NULL, gross numeric(20, 4) NOT NULL, is_void boolean NOT NULL,
        import_run_id uuid NOT NULL, PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, merchant_id, direction, number));
"""
_COPY = "COPY bench_file FROM STDIN (FORMAT csv, HEADER)"
_FIRMS = (
    "INSERT INTO bench_firm (code) SELECT DISTINCT firm FROM bench_file ON CONFLICT DO NOTHING"
)
_INSERT = """
    INSERT INTO bench_invoice (tenant_id, merchant_id, direction, number, issued_on, counterparty,
        net, tax, gross, is_void, import_run_id)
    SELECT 1, bench_firm.id, 'sale', number, issued_on::date, counterparty, net::numeric,
        tax::numeric, gross::numeric, status = '作废发票', '00000000-0000-0000-0000-000000000000'
    FROM bench_file JOIN bench_firm ON code = firm
    ON CONFLICT DO NOTHING
"""
_BLOCK_BYTES = 1 << 20


class ByHand:
    """A connection of the tables' owner, with tables of its own that go when it does."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(**address("owner").parameters())

    def __enter__(self) -> Self:
        self.connection.execute(_TABLES)
        self.connection.commit()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.rollback()
        self.connection.execute("DROP TABLE bench_invoice, bench_firm, bench_file")
        self.connection.commit()
        self.connection.close()

    def take_in(self, path: Path) -> int:
        """Take a CSV file in; return how many rows are new."""
        run = self.connection.execute
        run("TRUNCATE bench_file")
        with path.open("rb") as stream, self.connection.cursor().copy(_COPY) as copy:
            while block := stream.read(_BLOCK_BYTES):
                copy.write(block)
        run(_FIRMS)
        new = run(_INSERT).rowcount
        self.connection.commit()
        return new

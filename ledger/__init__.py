"""
Double entry: chart of accounts, journal, postings, periods; and what money is.

The books cannot be wrong: entries are append-only and balance per currency, and PostgreSQL
refuses anything else at commit, whoever writes (`migrations/0002_books.sql`). No balance is
stored, so no posting waits for another: every balance is a sum of postings.

Lock order inside one transaction: the caller's own rows first; posting itself locks no row.
At commit an entry shares, and closing a period takes alone, the tenant's advisory lock.
"""

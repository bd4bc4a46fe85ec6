"""
Tenants as rooms: isolation, people and roles, audit trail, idempotency, outbox, documents.

A door enters a tenant's room (`tenancy.room`); nothing inside mentions the tenant again.
Lock order inside one transaction: idempotency record, then the caller's own rows; the audit
trail is only ever appended to, so it is never locked by those who write it.
"""

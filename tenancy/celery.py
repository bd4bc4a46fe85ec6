"""Tasks run in a room: the tenant travels in the message's headers, never in its arguments."""

from __future__ import annotations

from typing import Any

from celery import Task

from tenancy import room

TENANT_HEADER = "granary_tenant"


class TenantTask(Task):
    """
    A task that enters its tenant's room, inside one transaction.

    `atomic_body = False` on the task's decorator: only entered, for long work made of several
    transactions. Sent from inside a room it takes that room along; sent from outside, the
    sender names one (`headers={TENANT_HEADER: tenant_id}`), else it runs in no room.
    """

    abstract = True
    atomic_body = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        if room.peek() is not None:
            headers.setdefault(TENANT_HEADER, room.current())
        return super().apply_async(*args, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant_id = (self.request.headers or {}).get(TENANT_HEADER) or getattr(
            self.request, TENANT_HEADER, None
        )
        if tenant_id is None:
            return super().__call__(*args, **kwargs)
        with room.enter(tenant_id) if self.atomic_body else room.entered(tenant_id):
            return super().__call__(*args, **kwargs)

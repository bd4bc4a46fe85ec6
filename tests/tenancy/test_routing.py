"""The same queries would be routed to one node: each names its tenant, joins too."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy import room as rooms
from tenancy.models import OutboxMessage, Tenant
from tests.tenancy.rooms import furnished


def test_a_join_is_on_the_tenant_too(room: Tenant) -> None:
    query = str(OutboxMessage.objects.filter(subscription__url="x").query)

    assert '"tenancy_outboxmessage"."tenant_id" = "tenancy_webhooksubscription"."tenant_id"' in (
        query.replace(" AND ", "\n")
    )


@pytest.mark.django_db
def test_reads_updates_and_deletes_name_the_tenant() -> None:
    here = furnished("here")

    with (
        rooms.entered(here.tenant_id),
        CaptureQueriesContext(connection) as captured,
    ):
        message = OutboxMessage.objects.select_related("subscription").get(pk=here.message_id)
        message.refresh_from_db()
        message.save(update_fields=["attempts"])
        OutboxMessage.objects.filter(pk=here.message_id).delete()

    statements = [each["sql"] for each in captured if "tenancy_" in each["sql"]]
    assert len(statements) >= 4
    assert [sql for sql in statements if f'"tenant_id" = {here.tenant_id}' not in sql] == []

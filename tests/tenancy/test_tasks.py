"""Tasks as doors: they run in the room they were sent from, and in no other."""

from typing import Any

import pytest
from celery import shared_task

from tenancy import room
from tenancy.celery import TENANT_HEADER, TenantTask
from tenancy.models import WebhookSubscription
from tests.tenancy.rooms import furnished

pytestmark = pytest.mark.django_db(transaction=True)


@shared_task(base=TenantTask, name="tests.count_subscriptions")
def count_subscriptions(subscription_id: str = "") -> int:
    rows = WebhookSubscription.objects.all()
    return (rows.filter(pk=subscription_id) if subscription_id else rows).count()


@shared_task(base=TenantTask, name="tests.fail_after_writing")
def fail_after_writing() -> None:
    WebhookSubscription.objects.update(url="https://changed.example")
    raise ZeroDivisionError


@shared_task(base=TenantTask, name="tests.which_room", atomic_body=False)
def which_room() -> int | None:
    return room.peek()


def _run(task: Any, tenant_id: int | None, **kwargs: Any) -> Any:
    headers = {} if tenant_id is None else {TENANT_HEADER: tenant_id}
    return task.apply(kwargs=kwargs, headers=headers, throw=True).get()


class TestRooms:
    def test_a_task_sees_its_own_room(self) -> None:
        mine, _theirs = furnished("mine"), furnished("theirs")

        assert _run(count_subscriptions, mine.tenant_id) == 1

    def test_anothers_key_as_an_argument_finds_nothing(self) -> None:
        mine, theirs = furnished("mine"), furnished("theirs")

        argument = str(theirs.subscription_id)
        assert _run(count_subscriptions, mine.tenant_id, subscription_id=argument) == 0

    def test_a_task_without_a_room_sees_nothing(self) -> None:
        furnished("mine")

        assert _run(count_subscriptions, None) == 0

    def test_a_failed_task_leaves_nothing(self) -> None:
        mine = furnished("mine")

        with pytest.raises(ZeroDivisionError):
            _run(fail_after_writing, mine.tenant_id)

        with room.enter(mine.tenant_id):
            assert WebhookSubscription.objects.get().url == "https://mine.example/hook"

    def test_the_room_is_left_afterwards(self) -> None:
        mine = furnished("mine")

        assert _run(which_room, mine.tenant_id) == mine.tenant_id
        assert room.peek() is None

    def test_sending_from_a_room_takes_it_along(self, sent_tasks: Any) -> None:
        mine = furnished("mine")

        with room.enter(mine.tenant_id):
            which_room.delay()

        (message,) = sent_tasks.waiting
        assert message.headers[TENANT_HEADER] == mine.tenant_id

"""Background work of scoring: training cards."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from scoring.actions import training
from tenancy.actors import Actor
from tenancy.celery import TenantTask


@shared_task(base=TenantTask, name="scoring.train", atomic_body=False)
def train(run_id: str) -> None:
    """Fit the card that a training run asks for; progress can be watched while it runs."""
    now = timezone.now()
    training.run(
        actor=Actor.system("scoring.train"),
        at=now,
        on=timezone.localdate(now),
        run_id=UUID(run_id),
    )

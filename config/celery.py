"""Background work: which broker, which queues, what runs by the clock.

Without ``CELERY_BROKER_URL`` the broker lies in the same PostgreSQL (``config.transport``). With
RabbitMQ a task is first a row in the business transaction (django-celery-outbox) and a relay,
which runs under the supervisor, hands it to a quorum queue. Either way a task is sent exactly
when the data that it is about is committed.
"""

import os
import warnings
from datetime import timedelta
from typing import Any

import structlog
from celery import Celery, signals
from celery.platforms import SecurityWarning
from django_celery_outbox.app import OutboxCelery
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Exchange, Queue

from config.database import hold_server
from config.provision import QUEUES, SLOW_TASKS, TASKS
from config.transport import ALIAS
from tenancy.celery import TENANT_HEADER

# One thread each: as many processes as cores already use them all.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# django-celery-outbox would send its figures to a Datadog agent that is not there.
os.environ.setdefault("DD_DOGSTATSD_DISABLE", "true")

BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")

# One exchange, from which each queue takes what carries its name.
EXCHANGE = Exchange(TASKS, type="direct")

# Celery warns root because of pickle, which is not accepted here.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = (OutboxCelery if BROKER_URL else Celery)("granary")
app.conf.update(
    broker_url=BROKER_URL or f"{ALIAS}://localhost",
    broker_connection_retry_on_startup=True,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # A task is done when it has been done, not when it has been fetched.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    # Asked to stop, a worker finishes what takes less; the rest goes back to its queue.
    worker_soft_shutdown_timeout=10.0,
    task_soft_time_limit=270,
    task_time_limit=300,
    task_create_missing_queues=False,
    task_default_queue=TASKS,
    task_default_exchange=EXCHANGE.name,
    task_default_routing_key=TASKS,
    task_routes={
        "scoring.train*": {"queue": SLOW_TASKS},
        "merchants.import*": {"queue": SLOW_TASKS},
        "lending.close*": {"queue": SLOW_TASKS},
    },
    enable_utc=True,
    timezone="UTC",
)
if BROKER_URL:
    app.conf.update(
        task_default_queue_type="quorum",
        broker_transport_options={"confirm_publish": True},
    )
app.conf.task_queues = [
    Queue(
        name,
        EXCHANGE,
        routing_key=name,
        queue_arguments={"x-queue-type": "quorum"} if BROKER_URL else None,
    )
    for name in QUEUES
]


def _every(task: str, seconds: int) -> dict[str, Any]:
    # One that was not fetched before the next is due would only do the same work twice.
    return {
        "task": task,
        "schedule": timedelta(seconds=seconds),
        "options": {"expires": seconds, "queue": TASKS},
    }


app.conf.beat_schedule = {
    "seal the audit trail": _every("tenancy.seal_audit", 3),
    "deliver what could not be delivered": _every("tenancy.deliver_due_webhooks", 10),
    "forget old keys and tokens": _every("tenancy.forget", 3600),
    "forget spent proofs of banks": _every("partners.forget_access", 60),
    "watch the stages' timers": _every("lending.watch_stages", 60),
    "end what banks leave unanswered": _every("partners.time_out", 60),
    "ask the rail again": _every("lending.chase_payments", 300),
    "take forms in": _every("rural.take_forms", 30),
    "bring the villages up to date": _every("rural.village_day", 3600),
}
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_djangos_logging(**_: Any) -> None:
    """Connected, so that Celery leaves logging as the settings have it."""


@signals.worker_init.connect
@signals.beat_init.connect
def _hold_server(**_: Any) -> None:
    hold_server()


@bind_extra_task_metadata.connect
def _name_the_room(task: Any, **_: Any) -> None:
    """Say in each of a task's log lines whose room it is in."""
    headers = task.request.headers or {}
    tenant = headers.get(TENANT_HEADER) or getattr(task.request, TENANT_HEADER, None)
    if tenant is not None:
        structlog.contextvars.bind_contextvars(tenant=tenant)

from datetime import timedelta

from lending.actions import applications, timers
from lending.models import Application
from lending.rules.stages import Stage
from lending.tasks import origination
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, SYSTEM, actor
from tests.tasks import SentTasks

IN_TIME = NOON + timedelta(minutes=3)
LATE = NOON + timedelta(minutes=4)


class TestTellBreaches:
    def test_leaves_alone_what_has_time_left(self, room: Tenant) -> None:
        build.submitted()

        assert timers.tell_breaches(actor=SYSTEM, at=IN_TIME) == 0

    def test_tells_once(self, room: Tenant) -> None:
        build.submitted()

        assert timers.tell_breaches(actor=SYSTEM, at=LATE) == 1
        assert timers.tell_breaches(actor=SYSTEM, at=LATE) == 0
        assert AuditEvent.objects.filter(action="application.breach").count() == 1

    def test_tells_again_of_the_next_stage(self, room: Tenant) -> None:
        application = build.submitted()
        timers.tell_breaches(actor=SYSTEM, at=LATE)
        build.decide(application, at=LATE)

        assert timers.tell_breaches(actor=SYSTEM, at=LATE + timedelta(days=3)) == 1

    def test_sends_an_undecided_application_again(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        build.submitted()
        sent_tasks.waiting.clear()

        timers.tell_breaches(actor=SYSTEM, at=LATE)
        sent_tasks.run()

        assert Application.objects.get().stage == Stage.REFERRED

    def test_does_not_blame_the_lender_for_the_borrower_s_time(self, room: Tenant) -> None:
        build.offered()

        assert timers.tell_breaches(actor=SYSTEM, at=NOON + timedelta(days=365)) == 0

    def test_follows_the_product_s_own_service_level(self, room: Tenant) -> None:
        build.product(stage_minutes={"SUBMITTED": 60})
        build.submitted()

        assert timers.tell_breaches(actor=SYSTEM, at=NOON + timedelta(minutes=59)) == 0
        assert timers.tell_breaches(actor=SYSTEM, at=NOON + timedelta(minutes=61)) == 1


class TestTheWatcher:
    def test_walks_through_every_room(self, room: Tenant) -> None:
        offer = build.offered()
        other = build.submitted(borrower_reference="F-002")
        applications.withdraw(actor=actor(Role.PLATFORM), at=NOON, application_id=other.pk)

        # The offer of January ran out long before the clock of whoever runs this test.
        assert origination.watch_stages() == 1

        offer.application.refresh_from_db()
        assert offer.application.stage == Stage.EXPIRED

"""Courses, the lessons held, and who came."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import Attendance, Course, CourseSubject, Household, Lesson, Village
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require


@room.atomic
def offer(
    *, actor: Actor, at: datetime, code: str, name: str, name_zh: str, subject: str, material: str
) -> Course:
    """
    Offer a course; again with the same code is harmless.

    :raises Invalid: for a subject that the list does not have
    """
    require(actor, Permission.VILLAGE_MANAGE)
    if subject not in CourseSubject.values or not code.strip():
        expected = _("one of %s") % ", ".join(CourseSubject.values)
        errors = [FieldError("/subject", subject[:40], expected)]
        raise Invalid(gettext_lazy("The course does not fit"), errors=errors)
    course, created = Course.objects.get_or_create(
        code=code,
        defaults={"name": name, "name_zh": name_zh, "subject": subject, "material": material},
    )
    if created:
        audit.record(actor=actor, at=at, action="course.offer", subject=course)
    return course


@room.atomic
def hold(
    *,
    actor: Actor,
    at: datetime,
    course_id: UUID,
    village_id: UUID,
    on: date,
    trainer: str,
    minutes: int,
    household_codes: Collection[str],
) -> Lesson:
    """
    Note a lesson and who came; noting it again adds who was forgotten.

    :raises Invalid: for a code that no household of the village has
    """
    require(actor, Permission.PANEL_MANAGE)
    course = Course.objects.filter(pk=course_id).first()
    village = Village.objects.filter(pk=village_id).first()
    if course is None or village is None:
        raise NotFound.of(_("Course"), course_id)
    homes = {
        home.code: home
        for home in Household.objects.filter(village=village, code__in=household_codes)
    }
    unknown = sorted(set(household_codes) - set(homes))
    if unknown:
        errors = [
            FieldError("/households", ", ".join(unknown)[:80], _("households of this village"))
        ]
        raise Invalid(gettext_lazy("The lesson does not fit"), errors=errors)
    lesson, _made = Lesson.objects.get_or_create(
        course=course,
        village=village,
        held_on=on,
        defaults={"trainer": trainer, "minutes": minutes},
    )
    there = set(Attendance.objects.filter(lesson=lesson).values_list("household_id", flat=True))
    new = [home for home in homes.values() if home.pk not in there]
    Attendance.objects.bulk_create(
        [Attendance(lesson=lesson, household=home, noted_at=at) for home in new]
    )
    changes = {"attended": len(new)}
    audit.record(actor=actor, at=at, action="course.hold", subject=lesson, changes=changes)
    return lesson

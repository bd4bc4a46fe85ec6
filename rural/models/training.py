"""Courses for farmers: "not only money" (domain text: systems S-74)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class CourseSubject(models.TextChoices):
    """What kind of work a course is about."""

    CROP = "crop", _("Crops")
    POULTRY = "poultry", _("Poultry")
    PIGS = "pigs", _("Pigs")
    CATTLE = "cattle", _("Cattle and sheep")
    AQUACULTURE = "aquaculture", _("Aquaculture")
    ANY = "any", _("Any")


class Course(TenantModel):
    """One course, such as the prevention of poultry diseases."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    subject = models.CharField(_("for"), max_length=11, choices=CourseSubject)
    material = models.CharField(_("material"), max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_course_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Lesson(TenantModel):
    """One time that a course was held in a village."""

    id = uuid_key()
    course = TenantForeignKey(Course, related_name="lessons", verbose_name=_("course"))
    village = TenantForeignKey("rural.Village", related_name="+", verbose_name=_("village"))
    held_on = models.DateField(_("held on"))
    trainer = models.CharField(_("trainer"), max_length=120)
    minutes = models.PositiveSmallIntegerField(_("minutes"))

    class Meta(TenantModel.Meta):
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "course", "village", "held_on"], name="rural_lesson_once"
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 600)), name="rural_lesson_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.held_on}"


class Attendance(TenantModel):
    """A household that came to a lesson; append-only."""

    id = models.BigAutoField(primary_key=True)
    lesson = TenantForeignKey(Lesson, related_name="attendances", verbose_name=_("lesson"))
    household = TenantForeignKey(
        "rural.Household", related_name="attendances", verbose_name=_("household")
    )
    noted_at = models.DateTimeField(_("noted"))

    class Meta(TenantModel.Meta):
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lesson", "household"], name="rural_attendance_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.household)

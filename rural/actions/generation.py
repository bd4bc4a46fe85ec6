"""Invented households, sent in as a phone would send them; for demonstrations only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw

from rural.actions import attachments, submissions
from rural.models import Benchmark, FormDefinition, Household, Village
from rural.rules import generator
from rural.rules.benchmarks import Kind
from rural.rules.forms.sent import Announced, Sent
from rural.rules.generator import Files, Person, Usual
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import Invalid, NotFound

CROPS = ("wheat", "corn")
DEVICE = "synthetic"
PICTURE = (320, 240)


def generate(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    county: str,
    count: int,
    seed: int,
    colleague: str,
    told: Callable[[Household], object] = lambda household: None,
) -> list[Household]:
    """
    Send in the forms of invented households of a county's villages, through the real door.

    The same seed gives the same households; those that are there already stay as they are.

    Call it in a room, outside any transaction.

    :param actor: an officer; `colleague` the user name of another who signs with him
    :raises NotFound: if the county has no village or no benchmark for its crops
    :raises Invalid: if a form is rejected
    """
    villages, usual = _ground(county, on)
    made = []
    for number, person in enumerate(generator.people(seed, count)):
        village = villages[number % len(villages)]
        made.append(_farmer(actor, at, on, person, village, usual, seed, colleague))
        told(made[-1])
    return made


@room.atomic
def _ground(county: str, on: date) -> tuple[list[Village], list[Usual]]:
    villages = list(Village.objects.filter(code__startswith=county).order_by("code"))
    if not villages or len(county) < 2:
        raise NotFound.of(_("Village"), county)
    return villages, [_usual(crop, county, on) for crop in CROPS]


# One household at a time: a transaction of them all would keep a growing pile of locks.
@room.atomic
def _farmer(
    actor: Actor, at: datetime, on: date, person: Person, village: Village,
    usual: Sequence[Usual], seed: int, colleague: str,
) -> Household:  # fmt: skip
    household = _household(actor, at, on, person, village, seed, colleague)
    _crops(actor, at, on, person, household, usual, seed)
    return household


def _household(
    actor: Actor, at: datetime, on: date, person: Person, village: Village, seed: int,
    colleague: str,
) -> Household:  # fmt: skip
    pictures = files(at, village, f"F1 {person.phone}")
    answers = generator.household(
        person, pictures, village=village.code, colleague=colleague, year=on.year
    )
    root = uuid5(NAMESPACE_URL, f"synthetic:{seed}:{person.id_number}")
    send(actor, at, on, "F1", root, answers, pictures, "")
    return Household.objects.get(pk=root)


def _crops(
    actor: Actor, at: datetime, on: date, person: Person, household: Household,
    usual: Sequence[Usual], seed: int,
) -> None:  # fmt: skip
    """The wheat that stands, the corn after it, and the wheat after that."""
    wheat, corn = usual
    for each, year in ((wheat, on.year), (corn, on.year), (wheat, on.year + 1)):
        pictures = files(at, household.village, f"F2 {each.crop} {year} {person.phone}")
        answers = generator.crop(person, pictures, each, harvest_year=year, seed=seed)
        root = uuid5(household.pk, f"F2 {each.crop} {year}")
        send(actor, at, on, "F2", root, answers, pictures, str(household.pk))


def send(
    actor: Actor, at: datetime, on: date, form: str, root: UUID, answers: dict[str, Any],
    files: Files, subject: str,
) -> None:  # fmt: skip
    """
    Send an invented form in through the real door, in its newest version, with its pictures.

    :raises Invalid: if the form is rejected
    """
    newest = FormDefinition.objects.current().get(code=form)
    sent = Sent(
        root_uuid=root,
        form_code=form,
        form_version=newest.version,
        answers=answers,
        content_sha256="",
        subject=subject,
        device_id=DEVICE,
        started_at=files.at - timedelta(minutes=20),
        finalized_at=files.at,
        attachments=tuple(
            Announced(sha256, len(content), "image/jpeg")
            for sha256, content in files.contents.items()
        ),
    )
    sent = replace(sent, content_sha256=sent.computed_sha256)
    receipt = submissions.receive(actor=actor, at=at, on=on, sent=sent)
    if receipt.errors:
        raise Invalid(_("The form was rejected"), errors=receipt.errors)
    for sha256, content in files.contents.items():
        attachments.put(
            actor=actor, at=at, on=on, sha256=sha256, offset=0, size=len(content), content=content
        )


def files(at: datetime, village: Village, name: str) -> Files:
    """Return the pictures of a form finished an hour before, taken in a village."""
    # Where the village's centre is not known the picture is still somewhere.
    return Files(
        at - timedelta(hours=1),
        village.latitude if village.latitude is not None else Decimal(0),
        village.longitude if village.longitude is not None else Decimal(0),
        name,
        draw=_picture,
    )


def _picture(name: str) -> bytes:
    image = Image.new("RGB", PICTURE, (214, 226, 214))
    ImageDraw.Draw(image).text((12, 100), f"SYNTHETIC\n{name}", fill=(40, 60, 40))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


def _usual(crop: str, county: str, on: date) -> Usual:
    row = Benchmark.objects.in_force(on).covering(county).filter(kind=Kind.CROP, code=crop).first()
    if row is None:
        raise NotFound.of(_("Benchmark"), crop)
    return Usual(
        crop,
        Decimal(row.figures["yield"]),
        Decimal(row.figures["price"]),
        Decimal(row.figures["cost"]),
    )

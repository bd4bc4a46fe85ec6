import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection, models

from tenancy import room as rooms
from tenancy.fields import EncryptedTextField, blind_index, mask
from tenancy.models import Tenant


class Safe(models.Model):
    number = EncryptedTextField()
    phone = EncryptedTextField()

    class Meta:
        app_label = "tests"
        managed = False


FIELD, OTHER = Safe._meta.get_field("number"), Safe._meta.get_field("phone")


def _open(field: EncryptedTextField, sealed: str) -> str | None:
    return field.from_db_value(sealed, None, connection)


class TestEncryption:
    def test_gives_back_what_was_put_in(self, room: Tenant) -> None:
        assert _open(FIELD, FIELD.get_prep_value("330106199001011234")) == "330106199001011234"

    def test_never_writes_the_same_ciphertext_twice(self, room: Tenant) -> None:
        assert FIELD.get_prep_value("1") != FIELD.get_prep_value("1")

    def test_does_not_open_in_another_column(self, room: Tenant) -> None:
        with pytest.raises(InvalidTag):
            _open(OTHER, FIELD.get_prep_value("13800001111"))

    def test_does_not_open_in_another_room(self, room: Tenant) -> None:
        sealed = FIELD.get_prep_value("13800001111")

        with rooms.entered(room.pk + 1), pytest.raises(InvalidTag):
            _open(FIELD, sealed)

    def test_cannot_be_filtered_on(self) -> None:
        assert FIELD.get_lookup("exact") is None


class TestBlindIndex:
    def test_finds_the_same_number_however_it_was_typed(self, room: Tenant) -> None:
        assert blind_index("id", "33010619900101123x") == blind_index("id", "330106 19900101 123X")

    def test_does_not_tell_that_two_rooms_know_the_same_person(self, room: Tenant) -> None:
        here = blind_index("id", "1")

        with rooms.entered(room.pk + 1):
            assert blind_index("id", "1") != here

    def test_of_nothing_is_nothing(self, room: Tenant) -> None:
        assert blind_index("id", " ") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [("330106199001011234", "330***********1234"), ("1234567", "*******"), ("", "")],
)
def test_mask_keeps_only_the_ends(value: str, shown: str) -> None:
    assert mask(value) == shown

import pytest
from django.test import Client

from tenancy import room as rooms
from tenancy.actions import tenants
from tenancy.actors import Actor
from tenancy.models import AuditEvent, Membership, Tenant, User
from tenancy.roles import Role
from tests.tenancy.build import NOON

SYSTEM = Actor.system("test")


@pytest.fixture
def two_rooms(db: None) -> tuple[Tenant, Tenant]:
    first, second = (
        Tenant.objects.create(slug=slug, name=slug.title(), business_date=NOON.date())
        for slug in ("riverside", "hillside")
    )
    return first, second


@pytest.fixture
def person(two_rooms: tuple[Tenant, Tenant]) -> User:
    user = User.objects.create_user("wang", "correct horse", name="Wang Fang")
    for tenant in two_rooms:
        with rooms.enter(tenant.pk):
            tenants.admit(user=user, role=Role.ADMINISTRATOR, actor=SYSTEM, at=NOON)
    return user


@pytest.fixture
def browser(client: Client, person: User) -> Client:
    answer = client.post("/", {"username": "wang", "password": "correct horse"})
    assert answer.headers["Location"] == "/admin/"
    return client


class TestSigningIn:
    def test_a_wrong_password_keeps_the_name_that_was_typed(
        self, client: Client, person: User
    ) -> None:
        page = client.post("/", {"username": "wang", "password": "wrong"}).content.decode()

        assert 'value="wang"' in page
        assert 'role="alert"' in page

    def test_who_works_nowhere_gets_no_further(self, client: Client, db: None) -> None:
        User.objects.create_user("new", "correct horse", name="New")
        client.post("/", {"username": "new", "password": "correct horse"})

        assert client.get("/admin/").status_code == 302
        assert "Ask an administrator" in client.get("/").content.decode()

    def test_the_back_office_sends_strangers_to_the_sign_in_page(
        self, client: Client, db: None
    ) -> None:
        answer = client.get("/admin/tenancy/membership/", follow=True)

        assert answer.redirect_chain[-1][0].startswith("/?next=/admin/tenancy/membership/")

    def test_the_page_speaks_chinese(self, client: Client, db: None) -> None:
        client.post("/language", {"language": "zh-hans", "next": "/"})

        assert '<html lang="zh-hans">' in client.get("/").content.decode()

    def test_a_language_nobody_speaks_is_refused(self, client: Client, db: None) -> None:
        assert client.post("/language", {"language": "tlh"}).status_code == 400

    def test_coming_back_leads_only_to_our_own_pages(self, client: Client, db: None) -> None:
        answer = client.post("/language", {"language": "en", "next": "https://evil.example/"})

        assert answer.headers["Location"] == "/"


class TestAnAgent:
    """Works in the field app and nowhere else."""

    @pytest.fixture
    def agent(self, client: Client, two_rooms: tuple[Tenant, Tenant]) -> Client:
        user = User.objects.create_user("agent", "correct horse", name="Agent")
        with rooms.enter(two_rooms[0].pk):
            tenants.admit(user=user, role=Role.AGENT, actor=SYSTEM, at=NOON)
        return client

    @pytest.mark.parametrize(
        ("wanted", "lands"),
        [
            ("", "/field/"),
            ("/admin/", "/field/"),
            ("/field/#/records", "/field/#/records"),
            ("https://evil.example/field/", "/field/"),
        ],
    )
    def test_lands_there(self, agent: Client, wanted: str, lands: str) -> None:
        typed = {"username": "agent", "password": "correct horse", "next": wanted}

        assert agent.post("/", typed).headers["Location"] == lands

    def test_gets_into_no_page_of_the_back_office(self, agent: Client) -> None:
        agent.post("/", {"username": "agent", "password": "correct horse"})
        for page in ("", "lending/application/", "lending/loan/", "rural/household/"):
            answer = agent.get(f"/admin/{page}", follow=True)

            assert answer.redirect_chain[-1][0] == "/field/"

    def test_goes_from_another_room_to_the_field(
        self, browser: Client, person: User, two_rooms: tuple[Tenant, Tenant]
    ) -> None:
        with rooms.enter(two_rooms[1].pk):
            tenants.admit(user=person, role=Role.AGENT, actor=SYSTEM, at=NOON)
            there = Membership.objects.get(role=Role.AGENT)

        answer = browser.post("/room", {"membership": there.pk})

        assert answer.headers["Location"] == "/field/"


class TestRooms:
    def test_a_list_shows_only_the_room_one_is_in(
        self, browser: Client, two_rooms: tuple[Tenant, Tenant]
    ) -> None:
        with rooms.enter(two_rooms[1].pk):
            other = User.objects.create_user("li", "correct horse", name="Li Hillside")
            tenants.admit(user=other, role=Role.OFFICER, actor=SYSTEM, at=NOON)

        page = browser.get("/admin/tenancy/membership/").content.decode()

        assert "Wang Fang" in page
        assert "Li Hillside" not in page

    def test_anothers_page_is_not_found(
        self, browser: Client, two_rooms: tuple[Tenant, Tenant]
    ) -> None:
        with rooms.enter(two_rooms[1].pk):
            theirs = Membership.objects.get()

        answer = browser.get(f"/admin/tenancy/membership/{theirs.pk}/change/")

        assert answer.status_code == 404

    def test_one_can_go_to_the_other_room(
        self, browser: Client, two_rooms: tuple[Tenant, Tenant]
    ) -> None:
        with rooms.enter(two_rooms[1].pk):
            there = Membership.objects.get()
        browser.post("/room", {"membership": there.pk})

        page = browser.get(f"/admin/tenancy/membership/{there.pk}/change/")

        assert page.status_code == 200
        with rooms.enter(two_rooms[1].pk):
            assert AuditEvent.objects.filter(action="room.enter").exists()

    def test_moments_are_shown_in_the_tenants_own_time(
        self, browser: Client, two_rooms: tuple[Tenant, Tenant]
    ) -> None:
        # Four in the morning, UTC, is noon in Shanghai.
        page = browser.get("/admin/tenancy/auditevent/").content.decode()

        assert "12:00" in page or "noon" in page

    def test_but_not_into_a_room_where_one_does_not_work(self, browser: Client) -> None:
        assert browser.post("/room", {"membership": "999"}).status_code == 400

    def test_a_form_cannot_change_what_only_actions_may(
        self, browser: Client, two_rooms: tuple[Tenant, Tenant]
    ) -> None:
        with rooms.enter(two_rooms[0].pk):
            mine = Membership.objects.get()

        answer = browser.post(f"/admin/tenancy/membership/{mine.pk}/change/", {"branch": "x"})

        assert answer.status_code == 403

    def test_a_role_sees_only_its_own_pages(self, client: Client, person: User) -> None:
        officer = User.objects.create_user("off", "correct horse", name="Officer")
        with rooms.enter(Tenant.objects.get(slug="riverside").pk):
            tenants.admit(user=officer, role=Role.OFFICER, actor=SYSTEM, at=NOON)
        client.post("/", {"username": "off", "password": "correct horse"})

        assert client.get("/admin/tenancy/auditevent/").status_code == 403

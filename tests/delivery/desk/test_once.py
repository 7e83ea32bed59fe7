"""Done once: the same form sent twice does once what it does, and the second answer leads where the first one led."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connections
from django.test import Client, RequestFactory
from pytest_django import Settings
from tests.delivery.desk import odd
from tests.delivery.desk.creations import all_levels as creations
from tests.delivery.desk.creations.table import Creation
from tests.worlds.round import TODAY, TOWN, World, build
from tests.worlds.townsfolk import settle

import paicha.delivery.desk
from paicha.delivery.desk.shell.once import FIELD, _key
from paicha.domain import clock
from paicha.domain.accounts.models import Notice
from paicha.domain.once.models import Sending
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.responses.models import Draft, Revision


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_every_address_that_takes_a_post_is_tried_or_says_why_not() -> None:
    taking = {name for name, pattern in creations.addresses() if creations.takes_a_post(pattern)}
    tried = set(creations.ROUTES.values())
    assert sorted(taking - tried - creations.ELSEWHERE.keys()) == []
    assert sorted(creations.ELSEWHERE.keys() - taking) == []
    assert sorted(tried & creations.ELSEWHERE.keys()) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_the_same_form_twice_is_once_and_leads_to_the_same_thing(world: World) -> None:
    settle(world)
    for name, make in creations.MAKERS.items():
        act = make(world)
        assert act.route == creations.ROUTES[name]
        client, once, before = world.client(act.who), str(uuid4()), act.rows()
        first = client.post(act.to, act.sending(once))
        assert first.status_code == 302, (name, first.content.decode()[-1500:])
        made = act.rows()
        assert made > before, name
        notices, revisions = Notice.objects.count(), Revision.objects.count()
        second = client.post(act.to, act.sending(once))
        assert (second.status_code, second["Location"]) == (302, first["Location"]), name
        assert act.rows() == made, name
        assert (Notice.objects.count(), Revision.objects.count()) == (notices, revisions), name
        shown = client.get(second["Location"].partition("#")[0], follow=True).content.decode()
        assert "刚才已经办好了" in shown, name
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_a_file_of_the_same_name_and_size_with_other_bytes_is_another_act(world: World) -> None:
    keys = set()
    for content in (b"one", b"two", b"one"):
        request = RequestFactory().post("/x/", {FIELD: "1", "file": SimpleUploadedFile("a.csv", content)})
        keys.add(_key(request, world.users["cadre"]))
    assert len(keys) == 2


@pytest.mark.django_db
def test_another_page_other_words_or_another_person_is_another_act(world: World) -> None:
    act = creations.MAKERS["problem"](world)
    client, once = world.client("cadre"), str(uuid4())
    for data in (act.sending(once), act.sending(once) | {"text": "水管冻裂"}, act.sending(str(uuid4()))):
        assert client.post(act.to, data).status_code == 302
    assert (
        world.client("town").post(act.to, act.sending(once)).status_code == 302
    )  # the very same, by another person
    assert Problem.objects.count() == 4


@pytest.mark.django_db
def test_a_form_that_came_back_with_what_is_wrong_may_be_sent_again(world: World) -> None:
    act = creations.MAKERS["petition"](world)
    client, once = world.client("cadre"), str(uuid4())
    wrong = act.sending(once) | {"demand": ""}
    assert [client.post(act.to, wrong).status_code for _ in range(2)] == [422, 422]
    assert client.post(act.to, act.sending(once)).status_code == 302
    assert client.post(f"/area/{TOWN}/petitions/", wrong).status_code in (403, 404, 422)
    assert Petition.objects.count() == 1
    assert Sending.objects.count() == 1


@pytest.mark.django_db
def test_a_note_is_forgotten_after_a_week(world: World) -> None:
    act = creations.MAKERS["problem"](world)
    client = world.client("cadre")
    client.post(act.to, act.sending(str(uuid4())))
    old = Sending.objects.get().pk
    with clock.frozen(TODAY + timedelta(days=8)):
        client.force_login(world.users["cadre"], backend="paicha.domain.accounts.backend.AccountBackend")
        client.post(act.to, act.sending(str(uuid4())) | {"text": "水管冻裂"})
    assert Sending.objects.exclude(pk=old).count() == Sending.objects.count() == 1


@pytest.fixture
def at_once(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[World]:
    """The small world, seen by several connections."""
    settings.MEDIA_ROOT = tmp_path
    with clock.frozen(TODAY):
        yield build()


def test_two_at_the_same_moment_are_one(at_once: World) -> None:
    settle(at_once)
    for name, make in creations.MAKERS.items():
        act = make(at_once)
        before = act.rows()
        answers = _together(at_once, act, str(uuid4()))
        assert [status for status, _ in answers] == [302, 302], (name, answers)
        assert len({where for _, where in answers}) == 1, (name, answers)
        assert act.rows() == before + 1, name
    assert not Draft.objects.exists()


def _together(world: World, act: Creation, once: str) -> list[tuple[int, str]]:
    """The same form from two connections at the same moment: status and where each is led."""
    barrier = Barrier(2, timeout=30)
    clients = [world.client(act.who), world.client(act.who)]

    def send(client: Client) -> tuple[int, str]:
        try:
            data = act.sending(once)
            barrier.wait()
            with clock.frozen(TODAY):
                response = client.post(act.to, data)
            return response.status_code, response.get("Location", "")
        finally:
            close_old_connections()
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, clients))


def test_every_form_that_posts_carries_an_id() -> None:
    """The id comes with the token; a template that posts without one, or a form built by a script, would lack it."""
    folder = Path(paicha.delivery.desk.__file__).parent
    bare = []
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for form in re.split(r"<form\b", text)[1:]:
            tag, _, rest = form.partition(">")
            inside = rest.partition("</form>")[0]
            if 'method="post"' in tag and "{% csrf_token %}" not in inside:
                bare.append(f"{path.name}: {tag[:80]}")
    assert bare == []
    scripts = [p for p in folder.rglob("*.js") if "vendor" not in p.parts]
    assert [p.name for p in scripts if 'createElement("form")' in p.read_text(encoding="utf-8")] == []


@pytest.mark.django_db
def test_the_id_of_a_page_is_there_and_each_form_has_its_own(world: World) -> None:
    page = world.client("cadre").get(f"/household/{world.household('訾埃生').pk}/").content.decode()
    forms = odd.forms_of("/", page)
    ids = [form.fields["once"] for form in forms]
    assert len(ids) > 3 and len(set(ids)) == len(ids)

"""Help: a page a role with links that open, the terms, signing in; open to everybody, and to nobody's cost."""

from __future__ import annotations

from typing import get_args

import pytest
from django.test import Client
from tests.delivery.desk.pages import MOST, queries, shown
from tests.formats.test_pdf import pages_of, poppler, sizes_of, squeezed
from tests.worlds.round import COUNTY, TODAY, TOWN, VILLAGE, World

from paicha.core.pack.guide import RoleName, Where
from paicha.delivery.desk.help.addresses import DOORS
from paicha.delivery.desk.help.tour import STEPS, TOURS
from paicha.delivery.desk.help.words import PAGES, ROLES_IN_WORDS, TERMS
from paicha.delivery.desk.shell import menu
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.roles import ROLES
from paicha.domain.responses.models import VillageSummary

# who, role, an address to which the page leads, one to which it must not
_LEADS = [
    ("grid", "grid_worker", f"/area/{VILLAGE}/entry/", "/handup/"),
    ("cadre", "village_cadre", f"/area/{VILLAGE}/plan/", "/attention/"),
    ("cadre", "village_cadre", f"/area/{VILLAGE}/handup/", "/samples/"),
    ("liaison", "liaison_cadre", f"/area/{VILLAGE}/copies/", "/entry/"),
    ("town", "town_clerk", f"/area/{TOWN}/attention/", "/samples/"),
    ("city", "city_officer", f"/area/{COUNTY}/bulletin/", "/entry/"),
    ("auditor", "auditor", f"/area/{COUNTY}/log/", "/upload/"),
    (
        "cadre",
        "town_clerk",
        f"/area/{VILLAGE}/handup/",
        "/zones/",
    ),  # another role's page: where the reader may go
]


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "role", "wanted", "closed"), _LEADS)
def test_a_role_s_page_leads_to_pages_that_open(
    world: World, who: str, role: str, wanted: str, closed: str
) -> None:
    client = world.client(who)
    page, taken = queries(client, f"/help/role/{role}/")
    main = page.partition("<main")[2]
    links = {
        link for link in shown(main, r'href="(/[^"#]*)"') if not link.startswith(("/certificate", "/field"))
    }
    assert wanted in links
    assert not [link for link in links if closed in link]
    for link in links:
        assert client.get(link, follow=True).status_code == 200, link
    assert len(taken) <= MOST


@pytest.mark.django_db
def test_each_role_has_a_page_of_its_own_to_which_help_leads(world: World) -> None:
    for who, role in (("grid", "grid_worker"), ("town", "town_clerk"), ("checker", "spot_checker")):
        page = world.client(who).get("/help/", follow=True)
        assert page.redirect_chain == [(f"/help/role/{role}/", 302)]
        assert f"{ROLES[role].title}怎么做" in page.content.decode()
    assert world.client("nobody").get("/help/", follow=True).redirect_chain[-1][0] == "/help/sign-in/"
    assert Client().get("/help/role/mayor/").status_code == 404


@pytest.mark.django_db
def test_days_are_those_of_the_round(world: World) -> None:
    page = world.client("cadre").get("/help/role/village_cadre/").content.decode()
    assert "3月10日—3月20日" in page  # 村级排查
    assert "3月21日—3月25日" in page  # 镇级核实
    today = shown(page, r"<tr>\s*<td[^>]*>([^<]*) <span class=\"mark soft\">今天")
    assert "3月10日—3月11日" not in today
    assert "3月15日—3月19日" in today
    assert TODAY.isoformat() == "2022-03-15"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["role/grid_worker/", "terms/", "sign-in/", "phone/", "card/"])
def test_help_is_open_before_signing_in(world: World, address: str) -> None:
    page = Client().get(f"/help/{address}")
    assert page.status_code == 200
    assert "/area/" not in page.content.decode()
    assert "/help/sign-in/" in Client().get("/login/").content.decode()


@poppler
@pytest.mark.django_db
def test_a_grid_worker_s_card_is_one_page_of_paper_with_the_days_and_the_phone_s_address(
    world: World,
) -> None:
    page = Client().get("/help/card/").content.decode()
    paper = Client().get("/help/card/?as=pdf")
    text = squeezed(paper.content)
    assert (pages_of(paper.content), sizes_of(paper.content)) == (1, {(210, 297)})
    said = world.pack.guide.card
    assert said is not None
    for line in (*said.before, *said.door, *said.questions, *said.signs, *said.after, *said.ask):
        assert line in page
        assert "".join(line.split()) in text, line
    for line in ("3月10日—3月11日：", "http://testserver/field/"):
        assert line in page and line in text
    assert "镇街、电话：" in text


@pytest.mark.django_db
def test_without_a_round_there_is_no_card_and_that_is_said() -> None:
    assert "还没有口袋卡" in Client().get("/help/card/").content.decode()
    assert Client().get("/help/card/?as=pdf").status_code == 404


@pytest.mark.django_db
def test_who_must_change_the_password_may_read_how(world: World) -> None:
    user = world.users["cadre"]
    user.must_change_password = True
    user.save()
    client = world.client("cadre")
    assert client.get("/help/", follow=True).redirect_chain[-1][0] == "/help/sign-in/"
    assert client.get("/help/terms/").headers["Location"] == "/password/"


@pytest.mark.django_db
def test_help_without_a_round_says_where_things_stand() -> None:
    page = Client().get("/help/role/village_cadre/").content.decode()
    assert "东西在哪里" in page
    assert "哪天</th>" not in page
    assert "要写理由" in Client().get("/help/terms/").content.decode()


def test_the_pack_s_tasks_and_the_program_s_words_are_whole() -> None:
    assert set(get_args(RoleName)) == set(ROLES) == set(ROLES_IN_WORDS)
    assert set(get_args(Where)) == set(DOORS)
    assert {key for key, *_ in menu._TABS} | {"area"} == set(PAGES)
    assert all(term.words.endswith("。") for term in TERMS.values())


# page, the terms that it explains with a '?', in any order
_TERMS = [
    (f"/area/{VILLAGE}/", ["lead", "strength"]),
    (f"/area/{VILLAGE}/leads/", ["lead", "strength"]),
    (f"/area/{VILLAGE}/leads/?what=soft", ["soft"]),
    (f"/area/{VILLAGE}/handup/", ["code", "handup"]),
    (f"/area/{VILLAGE}/cases/", ["deliberation", "notice", "review"]),
    (f"/area/{TOWN}/", ["conflict", "lead", "soft", "zero"]),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "wanted"), _TERMS)
def test_a_term_is_explained_once_a_page(world: World, address: str, wanted: list[str]) -> None:
    page = world.client("cadre" if VILLAGE in address else "town").get(address).content.decode()
    found = shown(page, r'popovertarget="term-(\w+)"')
    assert len(found) == len(set(found))
    assert set(wanted) <= set(found)
    assert sorted(shown(page, r'id="term-(\w+)" popover')) == sorted(found)
    assert set(wanted) | {"missed", "outside"} >= set(found) - {"deliberation"}


@pytest.mark.parametrize("role", sorted(TOURS))
def test_the_tour_has_three_steps_whose_pages_are_there(role: RoleName) -> None:
    assert len(TOURS[role]) == STEPS
    assert {where for _, where in TOURS[role]} <= set(DOORS)
    assert all(words.endswith("。") for words, _ in TOURS[role])


@pytest.mark.django_db
def test_the_tour_begins_at_the_first_sign_in_and_is_kept_on_the_server(world: World) -> None:
    def sign_in() -> Client:
        client = Client()
        client.post("/login/", {"username": "town", "password": "a-long-password-1"})
        return client

    client, home = sign_in(), f"/area/{TOWN}/"
    assert "第 1 步，共 3 步" in client.get(home).content.decode()
    assert "步，共 3 步" not in client.get(f"/area/{TOWN}/households/").content.decode()
    on = client.post("/help/tour/", {"step": "2"})
    assert on.headers["Location"] == f"/area/{TOWN}/attention/?tour=2"
    assert "第 2 步，共 3 步" in client.get(on.headers["Location"]).content.decode()
    assert "第 2 步，共 3 步" in sign_in().get(home).content.decode(), "another browser goes on"
    client.post("/help/tour/", {"step": "0"})
    assert "步，共 3 步" not in client.get(home).content.decode()
    assert "步，共 3 步" not in sign_in().get(home).content.decode(), "not the first sign-in any more"
    client.post("/help/tour/", {"step": "again"})
    assert "第 1 步，共 3 步" in client.get(home).content.decode()


@pytest.mark.django_db
def test_the_first_steps_tick_what_is_done_and_fill_the_next(world: World) -> None:
    VillageSummary.objects.update(counts={}, figures={}, leads={}, profile={}, facts={})
    page, taken = queries(world.client("city"), f"/area/{COUNTY}/")
    (steps,) = shown(page, r'(<ol class="steps begin">.*?</ol>)')
    assert steps.count("✓") == 1  # areas
    assert shown(steps, r'class="button main"\s+href="([^"]+)"') == [f"/area/{COUNTY}/upload/"]
    assert page.count("button main") == 1
    assert len(taken) <= MOST
    VillageSummary.objects.filter(code=VILLAGE).update(counts={"general": {"": 4}})
    page = world.client("city").get(f"/area/{COUNTY}/").content.decode()
    (steps,) = shown(page, r'(<ol class="steps begin">.*?</ol>)')
    assert "1 个村都有账号" in steps
    assert steps.count("✓") == 3
    assert page.count("button main") == 1
    administrator = world.client("administrator").get(f"/area/{COUNTY}/")
    assert "button main" not in administrator.content.decode()


@pytest.mark.django_db
def test_first_pages_say_what_one_does_oneself(world: World) -> None:
    assert "您包这个村" in world.client("liaison").get(f"/area/{VILLAGE}/").content.decode()
    assert "您包这个村" not in world.client("cadre").get(f"/area/{VILLAGE}/").content.decode()
    assert "不录表" in world.client("liaison").get("/").content.decode()
    medical = User.objects.create_user("medical", password="a-long-password-1")
    Assignment.objects.create(
        user=medical, role="department_officer", kind="department", ref="medical", since=TODAY
    )
    client = Client()
    client.force_login(medical, backend="paicha.domain.accounts.backend.AccountBackend")
    assert "会转到这里请您查本部门的底子" in client.get("/referrals/").content.decode()


@pytest.mark.django_db
def test_large_print_is_one_switch_that_the_browser_keeps(world: World) -> None:
    client, home = world.client("cadre"), f"/area/{VILLAGE}/"
    assert 'class="large"' not in client.get(home).content.decode()
    back = client.post("/mine/letters/", {"large": "1"}, headers={"Referer": f"http://testserver{home}"})
    assert back.headers["Location"] == home
    for address in (home, "/help/terms/", "/field/enrol/"):
        assert '<html lang="zh-CN" class="large">' in client.get(address).content.decode()
    cookie = client.cookies["paicha_large"]
    assert (cookie["path"], cookie["httponly"]) == ("/", ""), "the phone's pages read it"
    client.post("/logout/")
    assert 'class="large"' in client.get("/login/").content.decode(), "kept by the browser"
    client.force_login(world.users["cadre"], backend="paicha.domain.accounts.backend.AccountBackend")
    back = client.post("/mine/letters/", headers={"Referer": "https://elsewhere.example/x"})
    assert back.headers["Location"] == "/"
    assert 'class="large"' not in client.get(home).content.decode()

"""What comes from outside is bounded: whatever is sent to the desk, never an error of the server."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.test import Client, RequestFactory
from tests.delivery.desk import access, odd
from tests.worlds.round import TODAY, VILLAGE, World

from paicha.delivery.desk.shell.page import go_back
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice
from paicha.domain.problems.models import Petition

pytestmark = pytest.mark.django_db

THOROUGH = bool(os.environ.get("PAICHA_THOROUGH"))  # every value in every field, five minutes


@pytest.fixture
def errors() -> Iterator[list[str]]:
    """What escaped from a view or the database, also where it was answered by 400 in the end."""
    found: list[str] = []

    def note(request: Any, **_: object) -> None:
        error = sys.exc_info()[1]
        found.append(f"{request.method} {request.path} {type(error).__name__}: {error}"[:300])

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


def test_every_form_of_the_desk_bears_odd_values(world: World, errors: list[str]) -> None:
    user = access.everything(world)
    given = {
        "role": "department_officer",
        "kind": "department",
        "ref": "medical",
        "since": world.round.opens_on,
    }
    Assignment.objects.create(user=user, **given)
    client = access.signed_in(user)
    tried, seen, wrong = 0, set(), []
    for ask in access.asks(world):
        forms = odd.forms_of(ask.address, _page(client, ask.address))
        if not any(form.action == ask.address for form in forms):  # an address that only acts, perhaps
            forms.append(odd.Form(ask.address, dict.fromkeys(odd.names_of(ask.address, posted=True), "1")))
        for form in forms:
            if (kind := odd.shape(form)) in seen or "logout" in form.action:
                continue
            seen.add(kind)
            for data in odd.variants(form.fields, thorough=THOROUGH):
                tried += 1
                status = access.undone(partial(_post, client, form.action, data))
                if status >= 500 or len(errors) > len(wrong):
                    wrong.append(f"{status}: " + str({k: v[:20] for k, v in data.items()})[:300])
    assert not wrong, "\n".join(f"{e} {w}" for e, w in zip(errors, wrong, strict=False))
    assert tried > 1000
    names = {kind.partition(" ")[0] for kind in seen}
    assert [name for name, pattern, _ in access.patterns() if _acts(pattern) and name not in names] == [
        "sign_out"
    ]


def test_every_page_of_the_desk_bears_odd_questions(world: World, errors: list[str]) -> None:
    client = access.signed_in(access.everything(world))
    tried, seen, wrong = 0, set(), []
    for ask in access.asks(world):
        if ask.name in seen or access.undone(partial(access.shown, client, ask.address)) >= 400:
            continue
        seen.add(ask.name)
        names = dict.fromkeys(odd.names_of(ask.address, posted=False), "")
        for data in odd.variants(names, thorough=THOROUGH, singly=False):
            tried += 1
            status = access.undone(partial(_get, client, ask.address, data))
            if status >= 500 or len(errors) > len(wrong):
                wrong.append(f"{status}: " + str({k: v[:20] for k, v in data.items()})[:300])
    assert not wrong, "\n".join(f"{e} {w}" for e, w in zip(errors, wrong, strict=False))
    assert tried > 500


def test_a_control_sign_is_left_out_wherever_it_stands(world: World) -> None:
    client = world.client("cadre")
    client.post(
        f"/area/{VILLAGE}/petitions/",
        {"received_on": TODAY.isoformat(), "from_whom": "王\0建国", "demand": "修\x1b[1m路\u202e"},
    )
    made = Petition.objects.get()
    assert (made.from_whom, made.demand) == ("王建国", "修[1m路")
    assert client.get(f"/area/{VILLAGE}/households/", {"head": "王\0建国"}, follow=True).status_code == 200


def test_a_charset_of_the_sender_brings_no_half_sign_in(world: World) -> None:
    """A form may name any codec of Python as its charset; one of them writes lone surrogates."""
    client = world.client("cadre")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\\ud83d leak\r\n'
        b'--x\r\nContent-Disposition: form-data; name="type"\r\n\r\n1\r\n--x--\r\n'
    )
    kind = "multipart/form-data; boundary=x; charset=unicode_escape"
    assert client.post(f"/area/{VILLAGE}/problems/", body, content_type=kind).status_code < 500


@pytest.mark.parametrize(
    "address",
    ["/area/610881101201%00/", "/rules/S13%00/", "/area/%1b/", f"/problem/{10**30}/", f"/problem/{'9' * 5000}/",
     f"/case/{2**63}/step/", f"/mine/notice/{2**64}/", "/area/²²²²²²²²²²²²/", "/household/x/"],
)  # fmt: skip
def test_an_address_that_can_be_none_is_a_page_of_ours(world: World, address: str) -> None:
    client = access.signed_in(access.everything(world))
    response = client.get(address)
    response = client.post(address) if response.status_code == 405 else response
    assert response.status_code == 404
    assert "没有这一页" in response.content.decode()
    assert Client().get(address).status_code in (302, 404)


def test_cookies_and_headers_are_bounded_too(world: World) -> None:
    client = access.signed_in(world.users["cadre"])
    for name in ("paicha", "paicha_csrf"):
        client.cookies[name] = "abcd\0efghijk"
    for header in ("User-Agent", "Referer", "Accept-Language", "X-Requested-With"):
        assert client.get("/", headers={header: "a\0b\x1b"}).status_code in (200, 302)
    for _ in range(6):  # what axes notes of a failed sign-in
        data = {"username": "cadre", "password": "a\0b"}
        assert client.post("/login/?x=%00", data, headers={"User-Agent": "a\0"}).status_code in (200, 429)


def test_too_many_fields_are_a_page_of_ours(world: World) -> None:
    client = access.signed_in(world.users["cadre"])
    response = client.post(f"/area/{VILLAGE}/problems/", {f"f{n}": "1" for n in range(5001)})
    assert response.status_code == 400
    assert "没有收下" in response.content.decode()


# Where to go back to


def _backs(world: World) -> dict[str, Callable[[Client, str], Any]]:
    """Every address that goes where the browser says, by what it says."""
    home = world.household("王建国")
    group = f"/area/{VILLAGE}/entry/general"
    return {
        "sign_in": lambda c, to: Client().post(
            "/login/", {"username": "cadre", "password": "a-long-password-1", "next": to}
        ),
        "cases_open": lambda c, to: c.post(f"/area/{VILLAGE}/cases/open/", {"back": to}),
        "entry_draft": lambda c, to: c.post(f"{group}/draft/", {"drop": home.pk}, headers={"Referer": to}),
        "notice": lambda c, to: c.get(f"/mine/notice/{_notice(world, to)}/"),
        "csrf": lambda c, to: Client(enforce_csrf_checks=True).post("/login/", {}, headers={"Referer": to}),
    }


def _notice(world: World, to: str) -> int:
    given = {"user": world.users["cadre"], "words": "x", "subject": "x", "at": clock.now(), "by": "1"}
    made = Notice.objects.create(address=to.replace("\0", "")[:200], **given)
    return int(made.pk)


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "abc", "desk:home", "", ".",
     "a\0b", "/a\r\nSet-Cookie: b=c", "http://[", "/" + "长" * 3000, "http:///x", "\\\\evil.example", " /x",
     "https://testserver.evil.example/", "http://testserver@evil.example/"],
)  # fmt: skip
def test_where_a_page_goes_back_to_is_ours(world: World, to: str) -> None:
    client = access.signed_in(world.users["cadre"])
    for name, go in _backs(world).items():
        response = go(client, to)
        assert response.status_code in (200, 302, 403), name
        where = response.get("Location", "")
        assert where.startswith("/") or not where, (name, where)
        assert not where.startswith(("//", "/\\")), (name, where)
        assert "evil" not in response.content.decode(), name
        assert "Set-Cookie" not in response.headers or "b=c" not in response["Set-Cookie"], name


def test_an_address_of_ours_is_gone_back_to(world: World) -> None:
    client = access.signed_in(world.users["cadre"])
    ours = f"/area/{VILLAGE}/leads/?group=1#x"
    for name, go in _backs(world).items():
        if name != "csrf":
            assert go(client, ours)["Location"] == ours, name
    back = go_back(RequestFactory().get("/"), f"http://testserver{ours}", "desk:home")
    assert back["Location"] == ours


def test_no_view_goes_to_an_address_from_outside_by_itself() -> None:
    """`redirect` takes names of addresses; what comes from outside goes through `go_back` alone."""
    from_outside = re.compile(r"(redirect|HttpResponseRedirect)\((?![\"'f])(?!reverse\()")
    found = [
        f"{path.name}: {line.strip()}"
        for path in odd.desk_folder().rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if from_outside.search(line) and "own_address(" not in line
    ]
    assert found == []


def _acts(pattern: Any) -> bool:
    """Whether the view says that it takes a POST."""
    methods = inspect.getclosurevars(pattern.callback).nonlocals.get("request_method_list", ())
    return "POST" in methods


def _page(client: Client, address: str) -> str:
    kept = client.cookies.copy()
    found: list[Any] = []

    def ask() -> int:
        found.append(client.get(address))
        return 200

    access.undone(ask)
    client.cookies = kept
    response = found[0]
    html = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    return response.content.decode() if html and not response.streaming else ""


def _get(client: Client, address: str, data: dict[str, str]) -> int:
    return client.get(address, data).status_code


def _post(client: Client, address: str, data: dict[str, str]) -> int:
    kept = client.cookies.copy()
    status = client.post(address, data).status_code
    client.cookies = kept
    return status

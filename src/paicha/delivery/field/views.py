"""The shell of the offline client, its service worker, and the rules that it runs.

What holds: the shell's version is a digest of every file in it, so that two files of two versions never run together;
nothing here knows a household; who sets a phone up is signed in at the desk.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from paicha.domain.accounts.policies import scope
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.packs import pack_of
from paicha.domain.sync.devices import may_enrol
from paicha.engines.browser import address_of, rules_module

if TYPE_CHECKING:
    from paicha.core.pack import Pack

_STATIC = "static/field"
_OWN = ("worker.js", "enrol.js")  # not of the shell: the worker stands in sw.js, setting up needs the network


@lru_cache(maxsize=1)
def shell_files() -> dict[str, bytes]:
    """Every file of the shell by its address, in order."""
    root = files("paicha.delivery.field").joinpath(_STATIC)
    found = {f"/static/field/{name}": entry.read_bytes() for name, entry in _walk(root, "")}
    return {name: found[name] for name in sorted(found) if not name.endswith(_OWN)}


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        else:
            found.append((f"{prefix}{entry.name}", entry))
    return found


@lru_cache(maxsize=1)
def version() -> str:
    """Twelve hexadecimal digits: another shell, another version."""
    digest = blake2b(digest_size=6)
    for name, content in shell_files().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    digest.update(render_to_string("field/shell.html", {"version": ""}).encode())
    digest.update(render_to_string("field/help.html").encode())
    digest.update(_worker_source().encode())
    return digest.hexdigest()


def _worker_source() -> str:
    return files("paicha.delivery.field").joinpath(_STATIC, "worker.js").read_text(encoding="utf-8")


@require_safe
@login_not_required
def shell(request: HttpRequest) -> HttpResponse:
    """The page: the same for everybody, with nothing in it."""
    response = render(request, "field/shell.html", {"version": version()})
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@login_not_required
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker: its version, what it keeps, its own part."""
    kept = ["/field/", "/field/help/", "/field/manifest.json", *shell_files()]
    head = (
        f"const VERSION = {orjson.dumps(version()).decode()};\nconst FILES = {orjson.dumps(kept).decode()};\n"
    )
    response = HttpResponse(head + _worker_source(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """How one surveys with a phone: kept with the shell, so that it is there without a signal."""
    return render(request, "field/help.html")


@require_safe
@login_not_required
def manifest(_request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the client on its first screen."""
    icon = {
        "src": "/static/field/icon.svg",
        "sizes": "any",
        "type": "image/svg+xml",
        "purpose": "any maskable",
    }
    return JsonResponse(
        {
            "name": "农户排查", "short_name": "排查", "lang": "zh-CN", "start_url": "/field/", "scope": "/field/",
            "display": "standalone", "background_color": "#f4f4ef", "theme_color": "#155e3b", "icons": [icon],
        }
    )  # fmt: skip


@require_safe
@login_not_required
def rules(_request: HttpRequest, digest: str) -> HttpResponse:
    """The rules of a round as a module, by the digest of their text; of any round that is on record."""
    found: Pack | None = next((p for p in _packs() if address_of(p) == digest), None)
    if found is None:
        raise Http404
    response = HttpResponse(rules_module(found), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _packs() -> list[Pack]:
    return [pack_of(one) for one in Round.objects.select_related("pack").order_by("-opens_on", "-pk")[:4]]


@require_safe
@never_cache
@ensure_csrf_cookie
def enrol(request: HttpRequest) -> HttpResponse:
    """Setting a phone up, once, for who is signed in: a name for it, and a PIN that stays on it."""
    return render(request, "field/enrol.html", {"may": may_enrol(scope(request.user)), "version": version()})

"""The operations: sending a batch, setting a device up, taking along where one works."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.gzip import gzip_page
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import SessionAuth

from paicha.core.bounds import read_json
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.api.door import READING, SENDING, Refused, Token, sender
from paicha.delivery.api.shapes import BatchIn, DeviceIn, DeviceOut, HaveIn
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope
from paicha.domain.rounds.queries import current_round
from paicha.domain.sync.batches import Batch, take_batch
from paicha.domain.sync.devices import enrol, may_enrol
from paicha.domain.sync.errands import errands
from paicha.domain.sync.models import Credential
from paicha.domain.sync.sealing import described
from paicha.domain.sync.snapshots import assignment, village, workplaces


class _Orjson(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """The body; what can't be read, or is longer than settings allow, ninja makes an HttpError of."""
        return read_json(request.body)


api = NinjaAPI(
    title="排查", version="1", parser=_Orjson(), docs_url=None, openapi_url=None, urls_namespace="api"
)


@api.exception_handler(Refused)
def answer_refusal(_request: HttpRequest, error: Refused) -> HttpResponse:
    """A status, a code, a sentence."""
    return HttpResponse(
        orjson.dumps({"code": error.code, "message": str(error)}),
        status=error.status,
        content_type="application/json",
    )


@api.exception_handler(HttpError)
def unread(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Nobody signed in where a session is asked for; a body that is no JSON, cut off, or too long."""
    if error.status_code == 401:
        return answer_refusal(request, Refused(401, "D01"))
    return answer_refusal(request, Refused(error.status_code, "D36"))


@api.exception_handler(ValidationError)
def answer_malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What has not the shape of a request, by its place."""
    first = error.errors[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "内容"
    return answer_refusal(request, Refused(422, "D10", sentence("D10", place=place)))


@api.post("/sync/batches", auth=Token(SENDING), url_name="batches")
def batches(request: HttpRequest, body: BatchIn) -> HttpResponseBase:
    """Take a batch in; the same batch, or an item of it, again gives the same receipts."""
    who = sender(request)
    batch = Batch(body.batch, body.device, body.items, body.now, body.waiting, body.shell, body.persisted)
    try:
        receipts = take_batch(who, batch)
    except Refusal as error:
        raise Refused(403 if error.code == "D04" else 413, error.code) from error
    words = who.kind != Credential.Kind.UPLOAD
    return _json(
        request,
        {
            "batch": body.batch, "server_time": clock.now(),
            "receipts": [receipt.as_dict(words=words) for receipt in receipts],
        },
    )  # fmt: skip


@api.post("/field/devices", auth=SessionAuth(csrf=True), response={201: DeviceOut}, url_name="devices")
def devices(request: HttpRequest, body: DeviceIn) -> tuple[int, dict[str, Any]]:
    """Set a device up for the person who is signed in at the desk and surveys."""
    user = request.user
    assert isinstance(user, User)
    who = scope(user)
    if not may_enrol(who) or user.must_change_password:
        raise Refused(403, "D28")
    try:
        made = enrol(user, body.device, body.name, body.platform)
    except Refusal as error:
        raise Refused(409, error.code, str(error)) from error
    return 201, {
        "device": made.device.pk, "user": {"id": user.pk, "name": user.name or user.username},
        "token": made.token, "upload": made.upload, "expires": made.until, "key": described(),
        "server_time": clock.now(),
    }  # fmt: skip


@api.get("/field/assignment", auth=Token(READING), url_name="assignment")
def assigned(request: HttpRequest) -> HttpResponseBase:
    """Where the device's person works, and what the client needs besides the pack's module."""
    return _json(request, assignment(sender(request)))


@api.post("/field/villages/{code}", auth=Token(READING), url_name="village")
def take_village(request: HttpRequest, code: str, body: HaveIn) -> HttpResponseBase:
    """A village's households that the device lacks or has otherwise; 404 where its person has no work there."""
    who, round_ = sender(request), current_round()
    place = None
    if round_ is not None:
        place = next((one for one in workplaces(who, round_) if one.area.code == code), None)
    if place is None:
        raise Refused(404, "D07")
    return _json(request, village(who, place, body.have))


@api.post("/field/errands", auth=Token(READING), url_name="errands")
def take_errands(request: HttpRequest, body: HaveIn) -> HttpResponseBase:
    """The visits and drawn households of the device's person that it lacks or has otherwise."""
    return _json(request, errands(sender(request), body.have))


@gzip_page
def _json(request: HttpRequest, content: Any) -> HttpResponse:
    """JSON, compressed where the client takes it."""
    response = HttpResponse(orjson.dumps(content, default=str), content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response

"""An item as it comes over the wire → checked values, or the sentence that says what is wrong with it.

What holds: an item is judged by itself, so that one bad item never spoils a batch; nothing is guessed: a number is a
number, an option one of a list of numbers, a date a date; texts are spelled as every door spells them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from paicha.core.bounds import LARGEST, clean_deep, misfit, read_json
from paicha.core.normalise import group as group_text
from paicha.core.normalise import phone as phone_text
from paicha.core.normalise import text as plain_text
from paicha.core.pack import HouseholdForm, Pack, ProfileForm
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.sync.sealing import SealError, open_sealed

_INT = 2**31 - 1
_SMALL = 2**15 - 1
_TEXT = 1000  # characters of an answer
_YEARS = (2000, 2100)
_PHOTO = 1_500_000  # characters of base64: a sheet shrunk to 1600 pixels is a fifth of it


class ItemError(Refusal):
    """An item that can't be taken as it is."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=False, str_max_length=2_000_000)


class NewOne(_Strict):
    """A household found on the spot."""

    village: str = Field(pattern=r"^[0-9]{12}$")
    group: str = Field("", max_length=40)
    head_name: str = Field(min_length=1, max_length=40)
    household_class: str = Field(alias="class", max_length=20)
    phone: str = Field("", max_length=20)


class Confirmed(_Strict):
    """The reason that somebody gave for what is soft about the answers."""

    rule: str = Field(max_length=8)
    reason: str = Field(min_length=1, max_length=300)


class Raised(_Strict):
    """A problem, petition, change, photo or member; what it needs is asked where it is taken in."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    kind: Literal["problem", "petition", "change", "photo", "member"]

    def payload(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


def _sensible(value: datetime) -> datetime | None:
    """A moment as it can be kept: in Shanghai where no zone is given, none where a clock is off by decades."""
    if not _YEARS[0] <= value.year <= _YEARS[1]:
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=clock.SHANGHAI)


Moment = Annotated[datetime, AfterValidator(_sensible)]


class Item(_Strict):
    """An item, opened. `answers` None: only what is raised."""

    item: UUID
    household_id: UUID | None = None
    household: NewOne | None = None
    village: str | None = Field(None, pattern=r"^[0-9]{12}$")
    round: int | None = Field(None, ge=0, le=LARGEST)
    base: int | None = Field(None, ge=0, le=_INT)
    after: UUID | None = None
    answers: dict[str, Any] | None = None
    completed: bool = True
    confirmed: list[Confirmed] = Field(default_factory=list, max_length=50)
    raised: list[Raised] = Field(default_factory=list, max_length=50)
    answered_at: Moment | None = None


class Look(_Strict):
    """What was seen at a household of a visit: `row` of the visit, found and note now, and as the phone had them."""

    row: int = Field(ge=1, le=LARGEST)
    found: str = Field("", max_length=8)
    note: str = Field("", max_length=200)
    was: tuple[str, str] = ("", "")


class VisitItem(_Strict):
    """What a visit brought home. `form`: form 5's answers, `was` as the phone had them; not completed: it goes on."""

    kind: Literal["visit"]
    item: UUID
    visit: int = Field(ge=1, le=LARGEST)
    looks: list[Look] = Field(default_factory=list, max_length=100)
    form: dict[str, Any] = Field(default_factory=dict)
    was: dict[str, Any] = Field(default_factory=dict)
    completed: bool = True
    answered_at: Moment | None = None


class InterviewItem(_Strict):
    """What a drawn household said to its checker. `answers` empty where nobody was met."""

    kind: Literal["interview"]
    item: UUID
    sampled: int = Field(ge=1, le=LARGEST)
    outcome: int | None = Field(None, ge=0, le=_SMALL)
    answers: dict[str, Any] = Field(default_factory=dict)
    note: str = Field("", max_length=300)
    answered_at: Moment | None = None


ErrandItem = VisitItem | InterviewItem
_MODELS: Mapping[Any, type[Item | VisitItem | InterviewItem]] = {
    None: Item, "answers": Item, "visit": VisitItem, "interview": InterviewItem,
}  # fmt: skip


@dataclass(slots=True)
class Arrived:
    """One place of a batch: its id, the item where it could be read, else what to say; `raw` as it came."""

    id: UUID
    item: Item | None
    raw: Mapping[str, Any]
    sealed: bool = False
    error: ItemError | None = None
    errand: ErrandItem | None = None


def arrived(raw: Any, device: UUID, *, sealed_only: bool) -> Arrived | None:
    """Read one place of a batch; None where it has no id, so that no receipt could name it."""
    if not isinstance(raw, Mapping):
        return None
    try:
        id_ = UUID(str(raw.get("item")))
    except ValueError:
        return None
    sealed = raw.get("sealed")
    body: Mapping[str, Any] = raw
    try:
        if sealed is None and sealed_only:
            raise ItemError("D04")
        if sealed is not None:
            body = _open_sealed(sealed, id_, device)
        if (place := misfit(dict(body))) is not None:
            raise ItemError("X01", place=place)
        body = clean_deep(dict(body))
        kind = body.get("kind")
        if not (kind is None or isinstance(kind, str)) or kind not in _MODELS:
            raise ItemError("D05", place="kind ")
        read = _MODELS[kind].model_validate({**body, "item": id_})
        if isinstance(read, Item):
            return Arrived(id_, read, raw, sealed is not None)
        return Arrived(id_, None, raw, sealed is not None, errand=read)
    except ItemError as error:
        return Arrived(id_, None, body, sealed is not None, error)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        said = ItemError("D05", place=f"{place} ")
        return Arrived(id_, None, body, sealed is not None, said)


def _open_sealed(sealed: Any, item: UUID, device: UUID) -> Mapping[str, Any]:
    try:
        body = read_json(open_sealed(base64.b64decode(str(sealed), validate=True), item, device))
    except (SealError, binascii.Error, orjson.JSONDecodeError) as error:
        raise ItemError("D08") from error
    if not isinstance(body, Mapping):
        raise ItemError("D08")
    return body


def values_of(
    pack: Pack, form: HouseholdForm | ProfileForm, answers: Mapping[str, Any], *, kept: bool = False
) -> dict[str, Any]:
    """Answers as they are kept, by question: every key of `answers` that the form has; null clears.

    Raises ItemError at the first that is no value of its question. `kept`: values that were read before.
    """
    if kept:
        known = {n: v for n, v in answers.items() if n in form.questions and v is not None}
        return {n: _value(pack, n, v) if isinstance(v, str | int | list) else v for n, v in known.items()}
    found: dict[str, Any] = {}
    asked = set(form.questions)
    for name, value in answers.items():
        if name not in asked:
            if name in pack.questions:
                continue  # of another form: nothing of this household
            raise ItemError("D32", name=name[:40])
        found[name] = None if value is None else _value(pack, name, value)
    return found


def _value(pack: Pack, name: str, value: Any) -> Any:
    question = pack.questions[name]
    label = question.label
    match question.type:
        case "text" if isinstance(value, str):
            if len(value) > _TEXT:
                raise ItemError("D31", label=label, n=len(value), most=_TEXT)
            return _spell(pack, question.format, value)
        case "integer" if _is_int(value) and abs(value) <= _INT:
            return value
        case "choice" if _is_int(value) and 0 <= value <= _SMALL:
            return value
        case "choices" if isinstance(value, list) and all(_is_int(v) and 0 <= v <= _SMALL for v in value):
            return sorted(set(value)) or None
        case "date" if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
    raise ItemError("D05", place=label)


def _spell(pack: Pack, format_: str, value: str) -> str | None:
    clean = plain_text(value, pack.silences)
    if clean is None or format_ not in ("phone", "group"):
        return clean
    return phone_text(clean) if format_ == "phone" else group_text(clean)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def photo_bytes(payload: Mapping[str, Any]) -> bytes:
    """The JPEG of a raised photo. Raises ItemError."""
    data = payload.get("data")
    if not isinstance(data, str) or len(data) > _PHOTO:
        raise ItemError("D34")
    try:
        found = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ItemError("D35") from error
    if not found.startswith(b"\xff\xd8\xff"):
        raise ItemError("D35")
    return found

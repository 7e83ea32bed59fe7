"""From what a page posts to typed rows, and through one transaction of the village into force.

What holds: a row that was not touched is not sent on; a person of some groups reaches only those; rows with
different cells (an outcome beside them or not) go in together, in the order of the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import Http404, QueryDict

from paicha.core.bounds import clean_deep, whole
from paicha.core.pack import HouseholdForm, Pack
from paicha.delivery.desk.shell.places import Place
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.intake.desk_entry import SavedRow, TypedRow, save_typed
from paicha.domain.responses.services import village_work
from paicha.formats.cell_entry import typed_fields

LONGEST = 500  # characters of one cell
_WHY = ":why:"


def source_of(place: Place) -> str:
    """Door and person of what is typed here."""
    return f"desk:{place.scope.actor}"


def village_of(place: Place) -> Area:
    """The village itself. Raises Http404 where the place is none."""
    if not place.is_village:
        raise Http404
    return place.area.area


def household_form(place: Place, name: str) -> HouseholdForm:
    """A household form of the round by its name. Raises Http404."""
    found = place.pack.household_forms.get(name)
    if found is None or not place.is_village:
        raise Http404
    return found


def posted_rows(place: Place, data: QueryDict, names: Sequence[str]) -> list[TypedRow]:
    """The rows of a sheet that were touched: `row` lists them, `<row>:<cell>` is what was typed.

    `<row>:shown` holds what the page showed (JSON), `<row>:base` the revision. Raises Http404 for a household
    that isn't this person's.
    """
    ids = [_id(text) for text in data.getlist("row")]
    _own(place, ids)
    question = place.pack.outcome.question
    rows = []
    for household in ids:
        shown = _texts_on_page(data.get(f"{household}:shown", ""))
        cells = {name: data.get(f"{household}:{name}", shown.get(name, ""))[:LONGEST] for name in names}
        reasons = reasons_of(data, str(household))
        outcome = data.get(f"{household}:{question}", "") if question else ""
        if outcome:
            cells[question] = outcome
        touched = {name: text for name, text in cells.items() if text.strip() != shown.get(name, "")}
        if touched or reasons:
            rows.append(
                TypedRow(str(household), cells, household, _base(data.get(f"{household}:base", "")), reasons)
            )
    return rows


def reasons_of(data: QueryDict, row: str) -> dict[str, str]:
    """Reasons typed for what is soft about a row: `<row>:why:<rule>`."""
    start = row + _WHY
    return {
        key.removeprefix(start): value.strip()[:300]
        for key in data
        if key.startswith(start) and (value := data.get(key, "")).strip()
    }


def save_rows(place: Place, form: HouseholdForm, rows: Sequence[TypedRow]) -> dict[str, SavedRow]:
    """Save typed rows of a village in one transaction; what became of each, by its place."""
    if not rows:
        return {}
    alike: dict[tuple[str, ...], list[TypedRow]] = {}
    for row in rows:
        alike.setdefault(tuple(row.cells), []).append(row)
    saved: dict[str, SavedRow] = {}
    with village_work(place.round, place.pack, village_of(place), place.scope.actor) as work:
        for part in alike.values():
            saved |= {one.place: one for one in save_typed(work, form, part, source_of(place))}
    return saved


def as_cells(pack: Pack, form: HouseholdForm, typed: Mapping[str, str]) -> dict[str, str]:
    """A draft as the cells of the paper: what was typed question by question stands together where one cell does."""
    cells = dict(typed)
    for name, field in typed_fields(pack, form).items():
        counts = {part: typed[part.name] for part in field.parts if part.name in typed}
        if name not in typed and len(counts) == len(field.parts) > 0:
            cells[name] = " ".join(counts.values())
        elif name not in typed and counts:
            cells[name] = " ".join(f"{part.number}.{part.label}{text}人" for part, text in counts.items())
        beside = [typed[text] for _, text in field.texts if text in typed]
        if beside:
            cells[name] = ",".join([typed.get(name, ""), *beside]).strip(",")
    return cells


def own_household(place: Place, text: str) -> UUID:
    """A household of the person's own by its id. Raises Http404; one of another village is refused on saving."""
    household = _id(text)
    _own(place, [household])
    return household


def _own(place: Place, ids: Sequence[UUID]) -> None:
    if place.groups is None:
        return
    mine = Household.objects.filter(pk__in=ids, village=place.area.area_id, group__in=place.groups)
    if mine.count() != len(set(ids)):
        raise Http404


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _texts_on_page(text: str) -> Mapping[str, str]:
    try:
        found = clean_deep(json.loads(text)) if text else {}
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _base(text: str) -> int:
    return whole(text, 10**6) or 0

"""Blanks of a village to print or to fill in Excel: which form, which groups."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from paicha.core.pack import HouseholdForm
from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain.accounts.roles import Verb
from paicha.domain.reports.blanks import make_blanks
from paicha.domain.responses.queries import by_group
from paicha.domain.responses.summary.tallies import DUE, Selection

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@at_place(Verb.READ_AREAS, act=Verb.EXPORT, whole=True)
def blanks(request: HttpRequest, place: Place) -> HttpResponse:
    """Choose: the forms with how many are due of each, the groups with how many are due in each."""
    if not place.is_village:
        raise Http404
    counted = by_group(place.round, place.area.area_id)
    forms = [
        (form, sum(Selection(form.name, DUE).count(place.pack, counts) for counts in counted.values()))
        for form in place.pack.household_forms.values()
    ]
    groups = [
        (name, due)
        for name, counts in counted.items()
        if (due := Selection(outcome=DUE).count(place.pack, counts))
    ]
    return page(request, place, "reports/blanks.html", "download", forms=forms, group_names=groups)


@at_place(Verb.READ_AREAS, act=Verb.EXPORT, whole=True)
def blanks_file(request: HttpRequest, place: Place) -> HttpResponse:
    """The file itself."""
    kind = request.GET.get("as", "pdf")
    if not place.is_village or kind not in TYPES:
        raise Http404
    wanted = request.GET.getlist("form")
    if not set(wanted) <= set(place.pack.household_forms):
        raise Http404
    forms = _forms(place, wanted)
    groups = request.GET.getlist("group")
    made = make_blanks(
        place.round, place.pack, place.area, place.town, "pdf" if kind == "pdf" else "xlsx",
        scope=place.scope, exporter=str(request.user), forms=forms, groups=groups or None,
        named=request.GET.get("rows") != "empty",
    )  # fmt: skip
    name = f"{place.code}-{place.area.spoken}空表.{kind}"
    return as_file(made.content, TYPES[kind], name)


def _forms(place: Place, wanted: list[str]) -> list[HouseholdForm]:
    """The forms asked for, in the pack's order; all of them where none is named."""
    return [form for name, form in place.pack.household_forms.items() if not wanted or name in wanted]

"""Where each line of a checklist leads: the one place that turns what is missing into an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from paicha.delivery.desk.shell.places import Place
from paicha.domain.handover.checklist import Missing, village_checklist
from paicha.domain.handover.queries import form_signers
from paicha.domain.responses.models import VillageSummary

# page → (name of the address, query, what the link says)
_PAGES: dict[str, tuple[str, str, str]] = {
    "upload": ("upload", "", "去上传"),
    "blank": ("households", "?outcome=blank", "看名单"),
    "total": ("profile", "", "去核对"),
    "conflicts": ("conflicts", "", "去定"),
    "soft": ("leads", "?what=soft", "去写"),
    "leads": ("leads", "", "逐条看"),
    "profile": ("profile", "", "去填"),
    "problems": ("problems", "?only=lacking", "去补"),
    "problem_list": ("problems", "", "去看"),
    "held": ("held", "", "去看"),
    "copies": ("copies", "", "去附"),
    "signers": ("handup", "#sign", "去签"),
    "returns": ("returns", "", "去看"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of the checklist with its address."""

    words: str
    action: str
    address: str
    blocks: bool


def before_handup(place: Place, summary: VillageSummary) -> list[Gap]:
    """What a village's first page names as missing before it may hand up: what blocks. One query; none once up."""
    if summary.handed_up:
        return []
    forms = form_signers(place.round, place.pack, place.area.area_id)
    lines = [line for line in village_checklist(place.pack, summary, forms) if line.blocks]
    work = [line for line in lines if line.page != "signers"]
    return gaps(place.code, work or lines)  # nobody signs before the rest is done


def gaps(code: str, lines: Iterable[Missing]) -> list[Gap]:
    """The lines of a village's or a town's checklist, in their order, as links."""
    return [Gap(line.words, *_address(code, line.page), line.blocks) for line in lines]


def _address(code: str, page: str) -> tuple[str, str]:
    """(what the link says, where it leads)."""
    kind, _, rest = page.partition(":")
    if kind == "stays":
        return "看名单", reverse("desk:households", args=[code]) + f"?outcome={rest}"
    if kind in ("area", "audit", "handup"):  # of another place: a village of a town's list
        return "去看", reverse(f"desk:{kind}", args=[rest])
    name, query, action = _PAGES[kind]
    return action, reverse(f"desk:{name}", args=[code]) + query

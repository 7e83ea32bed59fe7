"""Import: files of any kind a clerk sends → every village's transaction → one result.

What holds: each village's part is one transaction, so a stop loses nothing and a second run ends as an
undisturbed one; everything about a file that can't be taken in is said with its place; a dry run does the
same work and rolls it back.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.db import transaction

from paicha.core.catalogue import Message, sentence
from paicha.core.pack import StatisticsForm
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.households.services import new_id, register_tag
from paicha.domain.intake.job import AnyTable, Job, VillagePart
from paicha.domain.intake.places import Named, Place, Places, path_sources
from paicha.domain.intake.preparing import HouseholdRows, Prepared, VillageFormRead
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.intake.rosters import take_roster
from paicha.domain.intake.source import Source, readings
from paicha.domain.intake.village_forms import check_statistics, remember, take_form
from paicha.domain.intake.village_rows import take_pending, take_tables
from paicha.domain.responses.models import Upload
from paicha.domain.responses.services import (
    VillageWork,
    village_work,
)
from paicha.domain.responses.work import days_of
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.formats.reading import HouseholdTable, VillageTable

Progress = Callable[[int, int, str], None]


class ImportRefused(Exception):
    """Nothing can be imported; the message is one sentence that says what to do."""


def import_files(
    sources: Sequence[Source],
    *,
    scope: Scope,
    door: str = "excel",
    village: str | None = None,
    dry_run: bool = False,
    upload: UUID | None = None,
    progress: Progress | None = None,
    processes: int = 1,
) -> ImportResult:
    """Import files into the current round. `village` is the code that `--village` names.

    A known upload id answers as the first time. Raises ImportRefused without a round or for an unknown
    village.
    """
    round_ = current_round()
    if round_ is None:
        raise ImportRefused("还没有打开排查轮次，请先运行 paicha init。")
    earlier = Upload.objects.filter(pk=upload, finished_at__isnull=False).first() if upload else None
    if earlier is not None and earlier.result is not None:
        return _answered(earlier)
    pack = pack_of(round_)
    places = Places(list(RoundArea.objects.filter(round=round_)), pack.id_of("area_known", "A02"))
    if village and places.of_code(village) is None:
        raise ImportRefused(f"没有代码是 {village} 的村，请写 12 位的村代码。")
    upload = upload or new_id()
    started = time.monotonic()
    result = ImportResult(str(upload), files=len(sources), wants_plan=dry_run)
    record = None
    if not dry_run:
        record, _ = Upload.objects.get_or_create(
            pk=upload,
            defaults={"round": round_, "door": door, "actor": scope.actor, "started_at": clock.now()},
        )
    job = Job(round_, pack, scope, f"{door}:{scope.actor}", upload, places, result, village, register_tag())
    if dry_run:
        with transaction.atomic():
            _run(job, sources, progress, processes)
            transaction.set_rollback(True)
    else:
        _run(job, sources, progress, processes)
    result.seconds = time.monotonic() - started
    if record is not None:
        record.finished_at, record.result = clock.now(), result.as_dict()
        record.save(update_fields=["finished_at", "result"])
    return result


def _answered(earlier: Upload) -> ImportResult:
    stored = dict(earlier.result or {})
    messages = [Message(**entry) for entry in stored.pop("messages", [])]
    stored.pop("rows", None)
    return ImportResult(**stored, messages=messages)


def _run(job: Job, sources: Sequence[Source], progress: Progress | None, processes: int) -> None:
    days = days_of(job.round, job.pack)
    for number, (source, read) in enumerate(readings(sources, job.pack, days, processes), 1):
        if isinstance(read, Prepared):
            job.result.messages += read.messages
            _take_file(job, read)
        else:
            job.result.messages.append(read)
        if progress:
            progress(number, len(sources), source.name)
    for code, memory in job.memories.items():
        if memory.pending or memory.statistics:
            area = job.places.of_code(code)
            assert area is not None
            with village_work(job.round, job.pack, _village(job, area), job.scope.actor) as work:
                if memory.pending:
                    take_pending(work, job.memory(work), job.source, job.upload, job.result)
                for table, index in memory.statistics:
                    check_statistics(job, work, table, index, memory)


def _take_file(job: Job, read: Prepared) -> None:
    parts: dict[str, VillagePart] = {}
    for entry in read.tables:
        table = entry.table if isinstance(entry, VillageFormRead) else entry
        if isinstance(table, HouseholdTable):
            _place_roster(job, table, parts)
        elif isinstance(table, VillageTable) and table.rows:
            _place_statistics(job, table, parts)
        else:
            place = _resolve(job, table)
            if place.area is None:
                _refuse_table(job, table, place)
                continue
            part = parts.setdefault(place.area.code, VillagePart(place.area))
            if isinstance(entry, HouseholdRows):
                part.households.append(entry)
            elif isinstance(entry, VillageFormRead):
                part.forms.append(entry)
    for part in parts.values():
        with village_work(job.round, job.pack, _village(job, part.area), job.scope.actor) as work:
            _take_part(job, work, part)


def _village(job: Job, area: RoundArea) -> Area:
    if area.area_id not in job.villages:
        job.villages[area.area_id] = Area.objects.get(pk=area.area_id)
    return job.villages[area.area_id]


def _resolve(
    job: Job, table: AnyTable, village: str | None = None, town: str | None = None, cell: str = ""
) -> Place:
    """The village of a table, or of a row of it that names its own, in `cell`."""
    headings = table.headings
    if not village:
        cell = headings.cells.get("village") or headings.cells.get("town") or cell
    where = "村名一栏" if village else "标题"
    own = Named(where, village or headings.village, town or headings.town, cell)
    place = job.places.resolve([own, *path_sources(job.places, table.file, table.sheet)], job.asked)
    if place.area is not None and not job.scope.covers(Verb.IMPORT_FILES, place.area.code):
        return Place(
            None, "A05", sentence("A05", village=job.places.label(place.area)), own.cell, own.village or ""
        )
    return place


def _refuse_table(job: Job, table: AnyTable, place: Place) -> None:
    """A sheet whose village can't be told: said once, every row of it refused."""
    said = Message(
        place.code,
        "hard",
        f"{table.sheet}：{place.sentence}",
        table.file,
        table.sheet,
        place.cell,
        place.read,
    )
    job.result.messages.append(said)
    if isinstance(table, VillageTable):
        job.result.forms += 1
        job.result.forms_refused += 1
        return
    for row, answered in zip(table.frame["_row"].to_list(), table.frame["_answered"].to_list(), strict=True):
        if answered or table.form == "roster":
            job.result.refuse(Refused(table.file, table.sheet, table.form, row, "", (said,), table.cells))
        else:
            job.result.skipped += 1


def _place_roster(job: Job, table: HouseholdTable, parts: dict[str, VillagePart]) -> None:
    frame = table.frame
    empty: list[str | None] = [None] * frame.height
    villages = frame["_village"].to_list() if "_village" in frame.columns else empty
    towns = frame["_town"].to_list() if "_town" in frame.columns else empty
    known: dict[tuple[str | None, str | None], Place] = {}
    rows: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(zip(towns, villages, strict=True)):
        if key not in known:
            first = f"{table.cells.get('_village', 'A')}{frame['_row'][index]}"
            known[key] = _resolve(job, table, village=key[1], town=key[0], cell=first)
        place = known[key]
        if place.area is None:
            row = frame["_row"][index]
            cell = f"{table.cells.get('_village', 'A')}{row}"
            said = Message(place.code, "hard", place.sentence, table.file, table.sheet, cell, key[1] or "")
            job.result.messages.append(said)
            job.result.refuse(Refused(table.file, table.sheet, table.form, row, "", (said,), table.cells))
        else:
            rows[place.area.code].append(index)
    for code, indexes in rows.items():
        area = job.places.of_code(code)
        assert area is not None
        parts.setdefault(code, VillagePart(area)).rosters.append((table, indexes))


def _place_statistics(job: Job, table: VillageTable, parts: dict[str, VillagePart]) -> None:
    form = job.pack.form(table.form)
    assert isinstance(form, StatisticsForm)
    names = {f.source: f.name for f in form.figures if f.source in ("town", "village")}
    for index, row in enumerate(table.rows):
        village, town = row.get(names.get("village", "")), row.get(names.get("town", ""))
        cell = table.row_cells[index].get(names.get("village", ""), "")
        place = _resolve(
            job, table, village=str(village) if village else None, town=str(town) if town else None, cell=cell
        )
        if place.area is None:
            said = Message(
                place.code, "hard", place.sentence, table.file, table.sheet, cell, str(village or "")
            )
            job.result.messages.append(said)
            job.result.forms += 1
            job.result.forms_refused += 1
        else:
            parts.setdefault(place.area.code, VillagePart(place.area)).statistics.append((table, index))


def _take_part(job: Job, work: VillageWork, part: VillagePart) -> None:
    memory = job.memory(work)
    for table, indexes in part.rosters:
        take_roster(work, table, indexes, memory, job.result)
    if part.households:
        take_tables(work, part.households, memory, job.source, job.upload, job.result)
    for form in part.forms:
        remember(job, memory, form.table)
        take_form(job, work, form)
    memory.statistics += part.statistics


def read_sources(paths: Iterable[str]) -> list[Source]:
    """Every spreadsheet at these paths, folders walked in order. Raises ImportRefused for a missing one."""
    from paicha.domain.intake.source import find_sources

    found, missing = find_sources(paths)
    if missing:
        raise ImportRefused(f"找不到 {missing[0]}，请检查文件或文件夹的名字。")
    return found


__all__ = ["ImportRefused", "ImportResult", "Source", "import_files", "read_sources"]

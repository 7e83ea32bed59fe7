"""Import: files of any kind a clerk sends → every village's transaction → one result.

What holds: each village's part is one transaction, so a stop loses nothing and a second run ends as an
undisturbed one; everything about a file that can't be taken in is said with its place; a dry run does the
same work and rolls it back.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from paicha.core.catalogue import Message, Severity, sentence
from paicha.core.pack import Pack, ProblemForm, ProfileForm, StatisticsForm
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area, Group
from paicha.domain.households.services import new_id, register_tag
from paicha.domain.intake.matching import register_of
from paicha.domain.intake.places import Named, Place, Places, path_sources
from paicha.domain.intake.preparing import HouseholdRows, Prepared, VillageFormRead
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.intake.rosters import take_roster
from paicha.domain.intake.source import Source, readings
from paicha.domain.intake.statistics import Found, compare
from paicha.domain.intake.village_rows import VillageMemory, take_pending, take_tables
from paicha.domain.problems.services import ProblemError, record_signers, replace_list
from paicha.domain.responses.models import Upload
from paicha.domain.responses.recount import done
from paicha.domain.responses.services import (
    FormAnswers,
    VillageWork,
    submit_village_form,
    village_work,
)
from paicha.domain.responses.work import days_of
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.formats.reading import HouseholdTable, VillageTable

AnyTable = HouseholdRows | HouseholdTable | VillageTable
Progress = Callable[[int, int, str], None]


class ImportRefused(Exception):
    """Nothing can be imported; the message is one sentence that says what to do."""


@dataclass(slots=True)
class _VillagePart:
    """What one file holds of one village."""

    area: RoundArea
    households: list[HouseholdRows] = field(default_factory=list)
    rosters: list[tuple[HouseholdTable, list[int]]] = field(default_factory=list)
    forms: list[VillageFormRead] = field(default_factory=list)
    statistics: list[tuple[VillageTable, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Import:
    """One upload on its way."""

    round: Round
    pack: Pack
    scope: Scope
    source: str
    upload: UUID
    places: Places
    result: ImportResult
    asked: str | None
    tag: str
    memories: dict[str, VillageMemory] = field(default_factory=dict)
    villages: dict[int, Area] = field(default_factory=dict)

    def memory(self, work: VillageWork) -> VillageMemory:
        code = work.village.code
        if code not in self.memories:
            groups = frozenset(Group.objects.filter(village=work.village).values_list("name", flat=True))
            self.memories[code] = VillageMemory(register_of(work.village.pk, self.tag), groups=groups)
        return self.memories[code]


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
    places = Places(list(RoundArea.objects.filter(round=round_)))
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
    job = _Import(
        round_, pack, scope, f"{door}:{scope.actor}", upload, places, result, village, register_tag()
    )
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


def _run(job: _Import, sources: Sequence[Source], progress: Progress | None, processes: int) -> None:
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
        if memory.pending:
            area = job.places.of_code(code)
            assert area is not None
            with village_work(job.round, job.pack, _village(job, area), job.scope.actor) as work:
                take_pending(work, memory, job.source, job.upload, job.result)


def _take_file(job: _Import, read: Prepared) -> None:
    parts: dict[str, _VillagePart] = {}
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
            part = parts.setdefault(place.area.code, _VillagePart(place.area))
            if isinstance(entry, HouseholdRows):
                part.households.append(entry)
            elif isinstance(entry, VillageFormRead):
                part.forms.append(entry)
    for part in parts.values():
        with village_work(job.round, job.pack, _village(job, part.area), job.scope.actor) as work:
            _take_part(job, work, part)


def _village(job: _Import, area: RoundArea) -> Area:
    if area.area_id not in job.villages:
        job.villages[area.area_id] = Area.objects.get(pk=area.area_id)
    return job.villages[area.area_id]


def _resolve(job: _Import, table: AnyTable, village: str | None = None, town: str | None = None) -> Place:
    headings = table.headings
    own = Named(
        "标题",
        village or headings.village,
        town or headings.town,
        headings.cells.get("village") or headings.cells.get("town") or "",
    )
    place = job.places.resolve([own, *path_sources(job.places, table.file, table.sheet)], job.asked)
    if place.area is not None and not job.scope.covers(Verb.IMPORT_FILES, place.area.code):
        return Place(
            None, "A05", sentence("A05", village=job.places.label(place.area)), own.cell, own.village or ""
        )
    return place


def _refuse_table(job: _Import, table: AnyTable, place: Place) -> None:
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


def _place_roster(job: _Import, table: HouseholdTable, parts: dict[str, _VillagePart]) -> None:
    frame = table.frame
    empty: list[str | None] = [None] * frame.height
    villages = frame["_village"].to_list() if "_village" in frame.columns else empty
    towns = frame["_town"].to_list() if "_town" in frame.columns else empty
    known: dict[tuple[str | None, str | None], Place] = {}
    rows: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(zip(towns, villages, strict=True)):
        if key not in known:
            known[key] = _resolve(job, table, village=key[1], town=key[0])
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
        parts.setdefault(code, _VillagePart(area)).rosters.append((table, indexes))


def _place_statistics(job: _Import, table: VillageTable, parts: dict[str, _VillagePart]) -> None:
    form = job.pack.form(table.form)
    assert isinstance(form, StatisticsForm)
    names = {f.source: f.name for f in form.figures if f.source in ("town", "village")}
    for index, row in enumerate(table.rows):
        village, town = row.get(names.get("village", "")), row.get(names.get("town", ""))
        place = _resolve(
            job, table, village=str(village) if village else None, town=str(town) if town else None
        )
        if place.area is None:
            cell = table.row_cells[index].get(names.get("village", ""), "")
            said = Message(
                place.code, "hard", place.sentence, table.file, table.sheet, cell, str(village or "")
            )
            job.result.messages.append(said)
            job.result.forms += 1
            job.result.forms_refused += 1
        else:
            parts.setdefault(place.area.code, _VillagePart(place.area)).statistics.append((table, index))


def _take_part(job: _Import, work: VillageWork, part: _VillagePart) -> None:
    memory = job.memory(work)
    for table, indexes in part.rosters:
        take_roster(work, table, indexes, memory, job.result)
    if part.households:
        take_tables(work, part.households, memory, job.source, job.upload, job.result)
    for form in part.forms:
        _take_form(job, work, form)
    for statistics, index in part.statistics:
        _check_statistics(job, work, statistics, index, memory, part)


def _take_form(job: _Import, work: VillageWork, read: VillageFormRead) -> bool:
    table = read.table
    form, result = job.pack.form(table.form), job.result
    result.forms += 1
    faults = [
        Message(
            f.code, "hard", f"{table.sheet} {f.cell}：{f.sentence}", table.file, table.sheet, f.cell, f.read
        )
        for f in table.faults
    ]
    if faults:
        result.messages += faults
        result.forms_refused += 1
        return False
    if isinstance(form, ProfileForm):
        address = f"{table.file}!{table.sheet}"
        receipt = submit_village_form(
            work, FormAnswers(form, table.values, job.source, job.upload, address, read.marks)
        )
        for said in receipt.said:
            cell = table.cells.get(said.question, "")
            place = f"{table.sheet} {cell}：" if said.severity == "hard" else ""
            value = table.values.get(said.question)
            severity: Severity = "hard" if said.severity == "hard" else "soft"
            result.messages.append(
                Message(
                    said.code, severity, place + said.message, table.file, table.sheet, cell,
                    "" if value is None else str(value),
                )
            )  # fmt: skip
        if receipt.status == "refused":
            result.forms_refused += 1
            return False
    elif isinstance(form, ProblemForm):
        return _take_problems(job, work, form, table)
    return True


def _take_problems(job: _Import, work: VillageWork, form: ProblemForm, table: VillageTable) -> bool:
    try:
        replace_list(work, [(number, text) for number, text, _ in table.problems], job.source, job.upload)
    except ProblemError as error:
        said = Message("V02", "hard", f"{table.sheet}：{error}", table.file, table.sheet)
        job.result.messages.append(said)
        job.result.forms_refused += 1
        return False
    signers = {s.question: table.values[s.question] for s in form.signers if table.values.get(s.question)}
    if signers:
        record_signers(
            work, form, signers, job.source, upload=job.upload, address=f"{table.file}!{table.sheet}"
        )
    return True


def _check_statistics(
    job: _Import,
    work: VillageWork,
    table: VillageTable,
    index: int,
    memory: VillageMemory,
    part: _VillagePart,
) -> None:
    form = job.pack.form(table.form)
    assert isinstance(form, StatisticsForm)
    job.result.forms += 1
    row, cells = table.rows[index], table.row_cells[index]
    own = set(cells.values())
    faults = [f for f in table.faults if f.cell in own]
    counts = memory.read_counts if memory.read_counts else None
    if counts is None and work.summary.counts:
        counts = done(job.pack, work.summary.counts)
    profile = next(
        (r.table.values for r in part.forms if r.table.form == getattr(job.pack.profile, "name", "")), None
    )
    problem_list = job.pack.problem_list.name if job.pack.problem_list else ""
    listed = next((len(r.table.problems) for r in part.forms if r.table.form == problem_list), None)
    if listed is None:
        listed = work.summary.facts.get("problem_rows")
    found = Found(counts, profile if profile is not None else (work.summary.profile or None), listed)
    differences = list(compare(job.pack, form, row, found))
    unread = {f.question for f in faults}
    for fault in faults:
        text = f"{table.sheet} {fault.cell}：{fault.sentence}"
        job.result.messages.append(
            Message(fault.code, "hard", text, table.file, table.sheet, fault.cell, fault.read)
        )
    for item in differences:
        if item.figure in unread:
            continue
        cell = cells.get(item.figure, "")
        text = f"{table.sheet} {cell}：{item.message}"
        job.result.messages.append(Message(item.code, "hard", text, table.file, table.sheet, cell, item.read))
    if differences or faults:
        job.result.forms_refused += 1


def read_sources(paths: Iterable[str]) -> list[Source]:
    """Every spreadsheet at these paths, folders walked in order. Raises ImportRefused for a missing one."""
    from paicha.domain.intake.source import find_sources

    found, missing = find_sources(paths)
    if missing:
        raise ImportRefused(f"找不到 {missing[0]}，请检查文件或文件夹的名字。")
    return found


__all__ = ["ImportRefused", "ImportResult", "Source", "import_files", "read_sources"]

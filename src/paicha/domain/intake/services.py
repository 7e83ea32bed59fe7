"""Import: files of any kind a clerk sends → every village's transaction → one result.

What holds: each village's part is one transaction, so a stop loses nothing and a second run ends as an
undisturbed one; everything about a file that can't be taken in is said with its place; a dry run does the
same work: a few villages one by one, each rolled back, many on a copy, so that others go on writing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from itertools import chain
from uuid import UUID

from django.db import transaction

from paicha.core.catalogue import Message, sentence
from paicha.core.pack import StatisticsForm
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.services import new_id, register_tag
from paicha.domain.intake.database_copy import has_one_writer, on_database_copy
from paicha.domain.intake.interruptions import at_work, end_cut_short
from paicha.domain.intake.job import AnyTable, Job, Tell, VillagePart
from paicha.domain.intake.persons import refuse_family
from paicha.domain.intake.places import Named, Place, Places, path_sources
from paicha.domain.intake.preparation import HouseholdRows, Prepared, VillageFormRead
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.intake.shelf import Shelf
from paicha.domain.intake.source import Found, Source, find_sources, readings
from paicha.domain.intake.transactions import finish, take, write
from paicha.domain.responses.models import Upload
from paicha.domain.responses.services import days_of
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.formats.reading import Family, HouseholdTable, PersonTable, VillageTable

_NAMED = 100  # files of an upload that its history names
_FEW = 5  # villages that a dry run asks the database itself about: less than it takes to copy it
Progress = Callable[[int, int, str], None]


class ImportRefused(Refusal):
    """Nothing can be imported."""


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
    between: Callable[[], None] | None = None,
    tell: Tell | None = None,
) -> ImportResult:
    """Import files into the current round. `village` is the code that `--village` names.

    A known upload id answers as the first time; one that was cut short goes on and counts both parts. `between`
    is called before each village; what it raises stops the import there. A dry run gives `tell` each village's code
    and rows; without it the first rows are kept in `plan`. Raises ImportRefused without a round or
    for an unknown village.
    """
    round_ = current_round()
    if round_ is None:
        raise ImportRefused("U14")
    earlier = Upload.objects.filter(pk=upload, finished_at__isnull=False).first() if upload else None
    if earlier is not None and earlier.result is not None:
        return _stored_result(earlier)
    pack = pack_of(round_)
    areas = RoundArea.objects.filter(round=round_).select_related("area")
    places = Places(areas, pack.id_of("area_known", "A02"))
    if village and places.names.of_code(village) is None:
        raise ImportRefused("U15", village=village)
    own = upload or new_id()
    started = time.monotonic()
    result = ImportResult(str(own), files=len(sources), wants_plan=dry_run)
    source, tag = f"{door}:{scope.actor}", register_tag()
    job = Job(round_, pack, scope, source, own, places, result, village, tag, between=between)
    parts = _parts(job, sources, progress, processes)
    if dry_run:
        job.tell = tell
        _try(job, parts, progress)
        result.seconds = time.monotonic() - started
        return result
    end_cut_short()
    with nullcontext() if upload else at_work(own):  # whoever gives an id ends what was cut short
        record = _open_upload(job, door, sources)
        job.go_on_with(record)
        take(job, parts)
        result.seconds = time.monotonic() - started
        job.add_earlier()
        record.finished_at, record.result = clock.now(), result.as_dict()
        record.save(update_fields=["finished_at", "result"])
    return result


def _open_upload(job: Job, door: str, sources: Sequence[Source]) -> Upload:
    defaults = {
        "round": job.round, "door": door, "actor": job.scope.actor, "started_at": clock.now(),
        "files": [source.name for source in sources[:_NAMED]],
    }  # fmt: skip
    return Upload.objects.get_or_create(pk=job.upload, defaults=defaults)[0]


def _stored_result(earlier: Upload) -> ImportResult:
    stored = dict(earlier.result or {})
    messages = [Message(**entry) for entry in stored.pop("messages", [])]
    stored.pop("rows", None)
    return ImportResult(**stored, messages=messages)


def _parts(
    job: Job, sources: Sequence[Source], progress: Progress | None, processes: int
) -> Iterator[VillagePart]:
    """What the files hold, village by village in each file; what belongs nowhere is said and refused."""
    days = days_of(job.round, job.pack)
    for number, (source, read) in enumerate(readings(sources, job.pack, days, processes), 1):
        if isinstance(read, Prepared):
            job.result.messages += read.messages
            yield from _place_file(job, read)
        else:
            job.result.messages.append(read)
        if progress:
            progress(number, len(sources), source.name)


def _try(job: Job, parts: Iterator[VillagePart], progress: Progress | None) -> None:
    """As `_take`, leaving nothing behind: on a copy from the sixth village on, where the database has one writer.

    Else a village's parts of all files together, for its second file builds on the first and is rolled back with it.
    """
    with closing(Shelf()) as shelf:
        for part in parts:
            shelf.lay(part)
            if len(shelf.villages) > _FEW and has_one_writer():
                with on_database_copy():
                    take(job, chain(chain.from_iterable(map(shelf.take, shelf.villages)), parts))
                return
        for code in shelf.villages:
            with transaction.atomic():
                for part in shelf.take(code):
                    job.pause()
                    write(job, [part])
                finish(job, [code])
                transaction.set_rollback(True)
            if progress:
                progress(job.result.files, job.result.files, code)


def _place_file(job: Job, read: Prepared) -> Iterable[VillagePart]:
    parts: dict[str, VillagePart] = {}
    for entry in read.tables:
        table = entry.table if isinstance(entry, VillageFormRead) else entry
        if isinstance(table, HouseholdTable):
            _place_roster(job, table, parts)
        elif isinstance(table, PersonTable):
            _place_persons(job, table, parts)
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
    return parts.values()


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
            None,
            "A05",
            sentence("A05", village=job.places.names.label(place.area)),
            own.cell,
            own.village or "",
        )
    return place


def _refuse_table(job: Job, table: HouseholdRows | VillageTable | HouseholdTable, place: Place) -> None:
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
        area = job.places.names.of_code(code)
        assert area is not None
        parts.setdefault(code, VillagePart(area)).rosters.append((table, indexes))


def _place_persons(job: Job, table: PersonTable, parts: dict[str, VillagePart]) -> None:
    """Households of a list with one row a person, each to the village that its rows name."""
    known: dict[tuple[str, str], Place] = {}
    families: dict[str, list[Family]] = defaultdict(list)
    column = table.cells.get("village") or table.cells["name"]
    for family in table.families:
        key = (family.town, family.village)
        if key not in known:
            cell = f"{column}{family.rows[0]}"
            known[key] = _resolve(job, table, village=family.village, town=family.town, cell=cell)
        place = known[key]
        if place.area is None:
            refuse_family(job, table, family, "", (place.code, place.sentence))
        else:
            families[place.area.code].append(family)
    for code, some in families.items():
        area = job.places.names.of_code(code)
        assert area is not None
        parts.setdefault(code, VillagePart(area)).persons.append((table, some))


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


def read_sources(paths: Iterable[str]) -> Found:
    """What is to be read at these paths, and what is not. Raises ImportRefused for a missing one."""
    found = find_sources(paths)
    if found.missing:
        raise ImportRefused("U16", name=found.missing[0])
    return found


__all__ = ["ImportRefused", "ImportResult", "Source", "import_files", "read_sources"]

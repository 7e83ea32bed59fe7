"""Villages' parts of an upload into the database: a few files a village at a time, many some villages at a time.

Why several: a county's import is 326 times the same small statements, the same lock and the same commit. What holds: a
village is the unit of failure, lock and audit; what fails together is tried again village by village; the write lock is
held for as long as others can wait without noticing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from paicha.domain.households.members import Origin
from paicha.domain.intake.job import Job, VillagePart
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.other_villages import trace_keys
from paicha.domain.intake.persons import PersonsIntake
from paicha.domain.intake.rosters import take_roster
from paicha.domain.intake.village_forms import check_statistics, remember, take_form
from paicha.domain.intake.village_rows import take_pending, take_tables
from paicha.domain.intake.warnings import warn_of_cleared, warn_of_village
from paicha.domain.responses.services import VillageWork, read_together, villages_work
from paicha.domain.rounds.models import RoundArea

_log = logging.getLogger(__name__)
_ROWS = 1_500  # in a transaction of several villages: some 0.2 s of the database's one write lock


def take(job: Job, parts: Iterable[VillagePart]) -> None:
    """Every part as it comes, some villages in a transaction; last, what waited for the whole upload."""
    for some in _together(job, parts):
        _take_some(job, some)
    waiting = list(job.memories)
    while waiting:
        codes, waiting = waiting[: job.together], waiting[job.together :]
        _finish_some(job, codes)


def _together(job: Job, parts: Iterable[VillagePart]) -> Iterator[list[VillagePart]]:
    """Parts that share a transaction: of villages that the upload names first, and no more rows than others wait for.

    Where the upload is stopped, what was gathered still goes in.
    """
    gathered: list[VillagePart] = []
    rows = 0
    for part in parts:
        known = {one.area.code for one in gathered} | job.memories.keys()
        alone = part.area.code in known or bool(part.persons)
        if gathered and (alone or len(gathered) == job.together or rows + part.rows > _ROWS):
            yield gathered
            gathered, rows = [], 0
        try:
            job.pause()
        except BaseException:
            if gathered:
                yield gathered
            raise
        gathered.append(part)
        rows += part.rows
        if alone:
            yield gathered
            gathered, rows = [], 0
    if gathered:
        yield gathered


def _take_some(job: Job, parts: Sequence[VillagePart]) -> None:
    """Take some parts in together; where that fails, each by itself, so that a village fails alone."""
    before = job.result.mark()
    try:
        write(job, parts)
    except Exception:  # whatever it was: each village is tried alone, where its own fault goes on up
        if len(parts) == 1:
            raise
        _log.warning("villages taken in together failed; each is tried by itself")
        job.forget([part.area.code for part in parts])
        job.result.go_back(before)
        for part in parts:
            write(job, [part])


def write(job: Job, parts: Sequence[VillagePart]) -> None:
    """Take some parts in, of a village each, by one transaction."""
    with _works(job, [part.area for part in parts]) as works:
        for part in parts:
            _take_part(job, works[part.area.area_id], part)
            job.keep_plan(part.area.code)
        job.note_count()
        job.keep_traces(works.values())
    for part in parts:
        job.memories[part.area.code].let_go(part.households)


@contextmanager
def _works(job: Job, areas: Sequence[RoundArea]) -> Iterator[dict[int, VillageWork]]:
    villages = [area.area for area in areas]
    with villages_work(job.round, job.pack, villages, job.scope.actor, trial=job.record is None) as works:
        read_together(list(works.values()))
        yield works
    for (
        work
    ) in works.values():  # what the checks over a village said is told when the upload is through with it
        if work.changed and work.village.code in job.memories:
            job.memories[work.village.code].found = work.found


def _finish_some(job: Job, codes: Sequence[str]) -> None:
    """Finish some villages together, but alone those with rows that wait; where that fails, each by itself."""
    alone = [code for code in codes if job.memories[code].pending]
    others = [code for code in codes if code not in alone]
    before, sizes = job.result.mark(), {code: job.memories[code].trace.size for code in others}
    try:
        finish(job, others)
    except Exception:  # as above
        if len(others) <= 1:
            raise
        job.result.go_back(before)
        for code in others:
            job.memories[code].trace.size = sizes[code]
        alone = list(codes)
    for code in alone:
        finish(job, [code])


def finish(job: Job, codes: Sequence[str]) -> None:
    """What waited until every file had its turn: rows that matched nothing, and form 4; then they are let go."""
    memories = {code: job.memories[code] for code in codes}
    waiting = [code for code, memory in memories.items() if memory.pending or memory.statistics]
    if waiting:
        job.pause()
        with _works(job, [_area(job, code) for code in waiting]) as works:
            for work in works.values():
                _finish_one(job, work, memories[work.village.code])
            job.note_count()
            job.keep_traces(works.values())
    for code, memory in memories.items():
        warn_of_cleared(job.pack, memory, job.result)
        warn_of_village(job.pack, memory, job.result)
        job.tell_plan(code)
        job.memories.pop(code)


def _finish_one(job: Job, work: VillageWork, memory: VillageMemory) -> None:
    if memory.pending:
        take_pending(work, job.memory(work), job.source, job.upload, job.result)
    for table, index in memory.statistics:
        check_statistics(job, work, table, index, memory)


def _area(job: Job, code: str) -> RoundArea:
    area = job.places.names.of_code(code)
    assert area is not None, "a village that was resolved"
    return area


def _take_part(job: Job, work: VillageWork, part: VillagePart) -> None:
    memory = job.memory(work)
    frames = [*(rows.frame for rows in part.households), *(table.frame for table, _ in part.rosters)]
    trace_keys(job, memory.register, work.village.code, frames)
    for table, indexes in part.rosters:
        take_roster(work, table, indexes, memory, job.result, Origin(job.source, job.upload, work.at))
    for persons, families in part.persons:
        PersonsIntake(job, work, persons, memory).take(families)
    if part.households:
        take_tables(work, part.households, memory, job.source, job.upload, job.result)
    for form in part.forms:
        remember(job, memory, form.table)
        take_form(job, work, form)
    memory.statistics += part.statistics

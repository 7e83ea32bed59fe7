"""A village's forms 2, 3 and 5 of an upload taken in, its form 4 compared.

What holds: a form with a cell that has no single reading, or that breaks a hard rule, is refused whole and
said with its cells; the rows of the same workbook stay in.
"""

from __future__ import annotations

from paicha.core.catalogue import Message, Severity
from paicha.core.pack import ProblemForm, ProfileForm, StatisticsForm
from paicha.core.refusal import Refusal
from paicha.domain.intake.job import Job
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.preparation import VillageFormRead
from paicha.domain.intake.statistics import Found, compare
from paicha.domain.problems.services import ProblemListLocked, record_signers, replace_list
from paicha.domain.responses.services import FormAnswers, VillageWork, submit_village_form
from paicha.domain.responses.summary.tallies import done
from paicha.formats.reading import VillageTable


def take_form(job: Job, work: VillageWork, read: VillageFormRead) -> bool:
    """Take a profile, a verification or a problem list in; whether it went in."""
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


def _take_problems(job: Job, work: VillageWork, form: ProblemForm, table: VillageTable) -> bool:
    try:
        listed = [(number, text) for number, text, _ in table.problems]
        receipt = replace_list(work, listed, job.source, job.upload)
    except Refusal as error:
        option = next((c.id for c in job.pack.constraints if c.kind == "option"), "R01")
        code = error.code if isinstance(error, ProblemListLocked) else option
        said = Message(code, "hard", f"{table.sheet}：{error}", table.file, table.sheet)
        job.result.messages.append(said)
        job.result.forms_refused += 1
        return False
    trace = job.memories[work.village.code].trace
    trace.gone += receipt.gone
    trace.back += receipt.back
    _record_signers(job, work, form, table)
    return True


def _record_signers(
    job: Job, work: VillageWork, form: ProblemForm | StatisticsForm, table: VillageTable
) -> None:
    signers = {s.question: table.values[s.question] for s in form.signers if table.values.get(s.question)}
    if signers:
        address = f"{table.file}!{table.sheet}"
        record_signers(work, form, signers, job.source, upload=job.upload, address=address)


def remember(job: Job, memory: VillageMemory, table: VillageTable) -> None:
    """Keep what a form of this upload states, whether or not it went in: form 4 is compared with it."""
    if job.pack.profile is not None and table.form == job.pack.profile.name:
        memory.profile = table.values
    if job.pack.problem_list is not None and table.form == job.pack.problem_list.name:
        memory.problems = len(table.problems)


def check_statistics(
    job: Job, work: VillageWork, table: VillageTable, index: int, memory: VillageMemory
) -> None:
    """Compare one village's row of a filled form 4 (V19–V22), after all rows; only its signers are kept."""
    form = job.pack.form(table.form)
    assert isinstance(form, StatisticsForm)
    job.result.forms += 1
    row, cells = table.rows[index], table.row_cells[index]
    own = set(cells.values())
    faults = [f for f in table.faults if f.cell in own]
    counts = memory.read_counts if memory.read_counts else None
    if counts is None and work.summary.counts:
        counts = done(job.pack, work.summary.counts)
    listed = memory.problems
    if listed is None:
        listed = work.summary.fact.problem_rows
    profile = memory.profile if memory.profile is not None else (work.summary.profile or None)
    found = Found(counts, profile, listed)
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
    elif len(table.rows) == 1:  # a town's sheet is signed for all its villages together
        _record_signers(job, work, form, table)

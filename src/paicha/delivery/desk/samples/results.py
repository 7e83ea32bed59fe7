"""What the re-interviews say: a line a question with its interval, and the households behind every number."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from paicha.delivery.desk.samples.sample_places import at_sample
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.domain.accounts.roles import Verb
from paicha.domain.verification.models import Sample
from paicha.domain.verification.results import behind, interviews_of, results


@at_sample(Verb.DRAW_SAMPLE)
def sample_results(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """Disagreement by question; `question` and `what` open a figure into its households."""
    interviews = interviews_of(sample)
    lines = results(place.pack, interviews)
    question, what = request.GET.get("question", ""), request.GET.get("what", "differ")
    picked = next((line for line in lines if line.question == question), None)
    if (question and picked is None) or what not in ("differ", "all"):
        raise Http404
    rows = behind(interviews, question, what == "differ") if picked else []
    place.log_read("sample_results", len(rows))
    return page(
        request, place, "samples/results.html", "samples", sample=sample, lines=lines, picked=picked, what=what,
        rows=rows, done=len(interviews), met=sum(bool(i.compared) for i in interviews),
        most=max([line.estimate.high for line in lines], default=1),
    )  # fmt: skip

"""Tables of one app, by who writes them: the town verifies, the city samples and looks again."""

from __future__ import annotations

from paicha.domain.verification.models.samples import (
    Interview,
    Sample,
    SampleHousehold,
    SampleVillage,
    SpotCheck,
)
from paicha.domain.verification.models.town import (
    BulkJob,
    BulkStep,
    DeskAudit,
    Enquiry,
    Visit,
    VisitHousehold,
)

__all__ = [
    "BulkJob",
    "BulkStep",
    "DeskAudit",
    "Enquiry",
    "Interview",
    "Sample",
    "SampleHousehold",
    "SampleVillage",
    "SpotCheck",
    "Visit",
    "VisitHousehold",
]

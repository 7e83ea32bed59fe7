"""Samples and questions of the town about a household that moves or is merged: the checker finds it where it is now.

What holds: the drawn frame and its hash stay as they were; a household's place in the sample and its interview go
along; where both of two merged households were drawn, each keeps its own place.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from paicha.domain.households.events import Destination, Ids, carry, join_ids
from paicha.domain.verification.models import Enquiry, SampleHousehold


def carry_samples(source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """Places in samples and questions of `source` become those of `to`; `only`: of these rows alone."""
    drawn = SampleHousehold.objects.filter(sample=OuterRef("sample"), household=to.household)
    places = SampleHousehold.objects.all()
    if source != to.household:
        places = places.exclude(Exists(drawn))
    return join_ids(
        carry(rows, source, to, None if only is None else only.get(rows.model._meta.label_lower, []))
        for rows in (places, Enquiry.objects.all())
    )

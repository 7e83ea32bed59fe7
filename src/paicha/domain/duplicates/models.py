"""What is kept of duplicates: the register as columns, the pairs that look alike, what people said about them.

What holds: a pair is kept once, the household of the lower number first; pairs and columns can be made again from the
register at any time, what a person said cannot and is never deleted.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household


class VillageColumns(models.Model):
    """A village's open households as columns for comparing and looking up (`columns`), and of which state.

    `version` is the village's `RegisterVersion` when they were read; `data` is an Arrow file.
    """

    village = models.OneToOneField(Area, on_delete=models.PROTECT, primary_key=True, related_name="+")
    version = models.PositiveIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.village_id} {self.version}"


class DuplicatePair(models.Model):
    """Two households that look like one, by the state of the register that was compared last.

    `likeness`: what makes them alike (`likeness.Likeness` as JSON); `settled`: a person said that they are two;
    `cluster`: the lowest number of the households that hang together by pairs not settled, `rank` the best of their
    points, the same for all pairs of a cluster.
    """

    first = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    points = models.SmallIntegerField()
    likeness = models.JSONField()
    settled = models.BooleanField()
    cluster = models.BigIntegerField()
    rank = models.SmallIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="duplicates_pair_once")]
        indexes = [models.Index(fields=["cluster"], name="duplicates_cluster")]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.points}"


class Distinction(models.Model):
    """A person's word that two households are two (不是同一户); it stands as long as nothing new makes them alike.

    `marks`: what made them alike then (`likeness.marks`). Taken back, it stays on record.
    """

    first = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    marks = models.JSONField()
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    taken_back_by = models.CharField(max_length=120, blank=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], condition=models.Q(taken_back_at=None), name="duplicates_one_word"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.by}"

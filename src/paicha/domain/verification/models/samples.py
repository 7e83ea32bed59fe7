"""The city's spot check: what was drawn from which frame, re-interviews, and form 5's six points by the city.

What holds: a sample is never changed; its frame is kept whole, so that anyone can draw again and must get the same.
A re-interview stands apart from the village's answers, is written once and never changed; what it was compared with
is named by the revision that was in force then.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.db import models

from paicha.domain.accounts.models import User
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import Round


class Sample(models.Model):
    """One draw: so many households and villages by a seed. `frame`: the compressed listing it was drawn from."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    seed = models.BigIntegerField("种子")
    households = models.PositiveIntegerField("抽取户数")
    villages = models.PositiveIntegerField("抽取村数")
    frame_hash = models.CharField(max_length=64)
    frame = models.BinaryField()
    frame_households = models.PositiveIntegerField()
    frame_villages = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "seed", "households", "villages", "frame_hash"],
                name="verification_sample_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.households} 户、{self.villages} 个村"


class SampleVillage(models.Model):
    """A village of a sample. `stratum`: nobody is monitored there, or somebody is."""

    class Stratum(models.TextChoices):
        ZERO = "zero", "零监测户村"
        REST = "rest", "其他村"

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="drawn_villages")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    stratum = models.CharField(max_length=4, choices=Stratum.choices)
    weight = models.PositiveIntegerField()
    numerator = models.TextField()  # whole numbers of any length: a share of seats is an exact fraction
    denominator = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "village"], name="verification_sample_village")
        ]

    def __str__(self) -> str:
        return f"{self.sample_id}:{self.village_id}"

    @property
    def probability(self) -> Fraction:
        return Fraction(int(self.numerator), int(self.denominator))


class SampleHousehold(models.Model):
    """A household of a sample, in the order in which it was drawn. `checker`: who goes there."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="drawn_households")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    weight = models.PositiveIntegerField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    checker = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "household"], name="verification_sample_household")
        ]

    def __str__(self) -> str:
        return f"{self.sample_id}:{self.position}"

    @property
    def probability(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)


class Interview(models.Model):
    """What a household itself said to the city's checker 回访; written once.

    `compared`: question → whether it differs from the village's `revision` (null: the village has none); what either
    side left blank isn't in it.
    """

    sampled = models.OneToOneField(SampleHousehold, on_delete=models.PROTECT, related_name="interview")
    outcome = models.PositiveSmallIntegerField(null=True)
    answers = models.TextField()  # canonical JSON in the order of the form
    note = models.CharField("说明", max_length=300, blank=True)
    revision = models.UUIDField(null=True)
    compared = models.JSONField(default=dict)
    differs = models.PositiveSmallIntegerField(default=0)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.sampled_id} 不一致 {self.differs} 项"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it for the first and last time."""
        if not self._state.adding:
            raise TypeError("an interview is written once")
        super().save(*args, **kwargs)


class SpotCheck(models.Model):
    """Form 5's six points as the city saw them, in a village or a town 市级抽查. `answers` by the form's questions."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "area"], name="verification_spot_check_once")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.at:%m-%d}"

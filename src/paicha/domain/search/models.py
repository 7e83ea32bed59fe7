"""The table that searches read: every open household's terms, in the order in which they are looked up.

What holds: a term is looked up by how it begins, within towns, along the primary key, so that the time of a search
grows with what it finds, not with the register; all of it can be made again from the register at any time.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.models import Area


class SearchTerm(models.Model):
    """What a household may be found by. `town`: the 9 digits of its code; `village`: permanent id.

    `number`: of the household; `term` is UTF-8 as bytes: every database compares them alike, whatever its collation.
    """

    class Kind(models.IntegerChoices):
        NAME = 1, "姓名"  # as `name_key` spells it: of the head, heads before, members
        REST = 2, "名"  # the same without its first character, or what follows a dot
        SOUND = 3, "读音"  # without blanks and tones: wangjianguo
        INITIALS = 4, "首字母"  # wjg
        PHONE = 5, "电话"  # its digits, the last one first

    pk = models.CompositePrimaryKey("town", "kind", "term", "village", "number")
    town = models.IntegerField()
    kind = models.SmallIntegerField(choices=Kind.choices)
    term = models.BinaryField()
    village = models.BigIntegerField(db_index=True)
    number = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.term).decode()} {self.number}"


class VillageIndex(models.Model):
    """A village whose terms were made, and of which state: its `RegisterVersion` then, and its town (9 digits)."""

    village = models.OneToOneField(Area, on_delete=models.PROTECT, primary_key=True, related_name="+")
    version = models.PositiveIntegerField()
    town = models.CharField(max_length=9)

    def __str__(self) -> str:
        return f"{self.village_id} {self.version}"

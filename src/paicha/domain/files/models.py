"""What people upload and keep: a signed copy, a piece of evidence. Bytes stand once on disk, by their SHA-256.

What holds: a row never changes; the file under its digest is the file that was uploaded, and is checked again
whenever it is read. Who may read one is a matter of the row above that points here (a village's copy, a
problem's evidence): nothing here serves a file by itself.
"""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """One upload. `digest`: SHA-256 of its bytes in hex; `type`: as its first bytes say, never as claimed.

    `owner`: who uploaded it, as audit chains write it; `keep_until`: the last day on which it must be kept.
    """

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    type = models.CharField(max_length=20)
    owner = models.CharField(max_length=120)
    at = models.DateTimeField()
    keep_until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["digest"], name="files_digest")]

    def __str__(self) -> str:
        return self.name

    @property
    def checksum(self) -> str:
        """What is shown beside it: the first 12 digits."""
        return self.digest[:12]

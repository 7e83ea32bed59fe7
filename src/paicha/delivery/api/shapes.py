"""What operations take and give, as OpenAPI describes it. Items are judged one by one, further in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from paicha.domain.sync.items import Moment


class BatchIn(Schema):
    """A batch of items (contract, Sync). `now`: the device's clock; `waiting`: unsent households left on it."""

    batch: UUID
    device: UUID
    pack: str = Field("", max_length=40)
    items: list[Any]
    now: Moment | None = None
    waiting: int | None = Field(None, ge=0, le=1_000_000)
    shell: str = Field("", max_length=40)
    persisted: bool | None = None


class DeviceIn(Schema):
    """A phone that its person sets up; its id is made there."""

    device: UUID
    name: str = Field(max_length=120)
    platform: str = Field("", max_length=300)


class DeviceOut(Schema):
    """Tokens, shown this once, and the key to seal to."""

    device: UUID
    user: dict[str, Any]
    token: str
    upload: str
    expires: date
    key: dict[str, Any]
    server_time: datetime


class HaveIn(Schema):
    """What a device has of a village, or of errands: digest by id; null for nothing yet."""

    have: dict[str, str] | None = None

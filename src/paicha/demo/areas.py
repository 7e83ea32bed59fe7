"""Villages of the county as the demo needs them, and how people write their names.

Read from the pack's `areas.csv` (`code,parent_code,level,name`), by the demo's own reader.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Village:
    """One village with its town; codes have 12 digits, names stand as the register has them."""

    code: str
    name: str
    town_code: str
    town: str

    @property
    def written(self) -> str:
        """乔岔滩村委会 → 乔岔滩村, as a heading has it."""
        for tail in ("村民委员会", "村委会"):
            if self.name.endswith(tail):
                return self.name.removesuffix(tail) + "村"
        return self.name

    @property
    def stem(self) -> str:
        """乔岔滩村委会 → 乔岔滩."""
        return self.written.removesuffix("村")

    @property
    def path(self) -> str:
        """Where its workbook stands, relative to the county's folder."""
        return f"{self.town_code}-{self.town}/{self.code}-{self.name}.xlsx"


def read_villages(areas_csv: Path) -> list[Village]:
    """All areas of level `village`, in code order; residents' committees hold no households here.

    Raises ValueError where the file has no village.
    """
    with areas_csv.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    towns = {row["code"]: row["name"] for row in rows if row["level"] == "town"}
    villages = [
        Village(row["code"], row["name"], row["parent_code"], towns[row["parent_code"]])
        for row in rows
        if row["level"] == "village"
    ]
    if not villages:
        raise ValueError(f"{areas_csv.name} 中没有行政村，请换用含有 level=village 的区划表。")
    return sorted(villages, key=lambda village: village.code)

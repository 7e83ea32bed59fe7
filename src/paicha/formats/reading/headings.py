"""Town, village and group from the lines above a table, as written.

The printed heading is `镇(街)( ) 村( ) 组( )`, but clerks write `大保当镇任家伙场村二组` as well.
Slots are read first; then names of the pack's areas found in the text. Whether they exist and agree
is decided where the register is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from paicha.core import normalise
from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.normalise import fold
from paicha.core.pack import Pack
from paicha.formats.reading.model import Headings

_TOWN_SLOT = re.compile(
    r"(?:乡镇|镇街|镇\s*\(\s*街\s*(?:道)?\s*\)|镇(?!\s*\(\s*街))\s*[(\[:：]\s*[_\s]*([^()\[\]:：]*?)[_\s]*(?:[)\]]|(?=\s*(?:行政)?村\s*[(:：])|$)"
)
_VILLAGE_SLOT = re.compile(
    r"(?:行政村|村\s*\(\s*组\s*\)|村\s*\(\s*社区\s*\)|村(?!\s*\(\s*(?:组|社区)))\s*[(\[:：]\s*[_\s]*([^()\[\]:：]*?)[_\s]*(?:[)\]]|(?=\s*(?:村民)?小?组别?\s*[(:：])|$)"
)
_GROUP_SLOT = re.compile(
    r"(?<!村\()(?<!村民小)(?:村民小组|小组|组别|组)\s*[(\[:：]\s*[_\s]*([^()\[\]:：]*?)[_\s]*(?:[)\]]|$)"
)
_GROUP_WORD = re.compile(r"第?\s*([0-9]{1,3}|[〇零一二三四五六七八九十]{1,4})\s*(?:村民)?(?:小)?组")
_NAMED_GROUP = re.compile(r"(?:村|^|\s)([\u3400-\u9fff]{1,6}组)(?:$|[\s,，;；)）])")
_ONLY_GROUP = re.compile(
    r"(?:组别?[:：]?\s*)?(?:第?\s*(?:[0-9]{1,3}|[〇零一二三四五六七八九十]{1,4})\s*(?:村民)?(?:小)?组|[\u3400-\u9fff]{1,6}(?:村民)?小?组)"
)
_AREA_WORD = re.compile("[镇乡街村组社居办队]")
_TOWN_END = re.compile("镇|乡|街道办事处|街道办|街道|办事处")
_VILLAGE_END = re.compile("村民委员会|居民委员会|村委会|居委会|社区|村")
# The printed blanks filled in before their words: 贺家川 镇（街） 沙峁头 村 二 组
_BEFORE_WORDS = re.compile(
    r"(?:\S*?市)?\s*([^\s()]+?)\s*镇\s*\(\s*街道?\s*\)\s*([^\s()]+?)\s*村(?:\s*\(\s*组\s*\))?\s*"
    r"(?:([^\s()]{1,6}?)\s*(?:村民小组|小组|组)|村情\S*)?"
)
_CHOICE_OF_WORDS = re.compile(r"\(\s*(?:街|街道|组|社区)\s*\)")  # printed: 镇(街), 村(组)
_LONGEST_STEM = 10
_VILLAGE_TAIL = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|社区|村)$")
_WRITTEN_VILLAGE = re.compile(
    r"(?:[镇乡]|街道|办|^|\s)([\u3400-\u9fff]{1,8}?(?:村|社区|村委会|居委会))(?:$|[^委民组两集情级\u3400-\u9fff]|第?[0-9一二三四五六七八九十]+组)"
)


@dataclass(slots=True)
class Found:
    """What one text names."""

    town: str | None = None
    village: str | None = None
    group: str | None = None


class HeadingReader:
    """Finds area names of one pack in text."""

    def __init__(self, pack: Pack) -> None:
        self._silences = frozenset(pack.silences)
        self._has_groups = pack.roles.group is not None
        self._no_villages = {option.label for q in pack.questions.values() for option in q.options}
        towns: dict[str, str] = {}
        villages: dict[str, str] = {}
        for area in pack.areas:
            if area.level == "town":
                for tail in ("", "办", "办事处") if area.name.endswith("街道") else ("",):
                    towns[area.name + tail] = area.name
            elif area.level in VILLAGE_LEVELS:
                stem = _VILLAGE_TAIL.sub("", area.name)
                for tail in ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"):
                    villages.setdefault(stem + tail, area.name)
        self._towns = towns
        self._villages = villages
        self._memo: dict[str, Found] = {}

    def read(self, text: str) -> Found:
        """Area names in one heading text; nothing is taken from running sentences (over 120 characters)."""
        if len(text) > 120 or not _AREA_WORD.search(text):
            return Found()
        if text not in self._memo:
            if len(self._memo) > 20_000:
                self._memo.clear()
            self._memo[text] = self._read(text)
        return replace(self._memo[text])

    def _read(self, text: str) -> Found:
        folded = " ".join(re.sub(r"(?<=[^\s(\[:])_+|_+(?=[^\s)\]])", "", fold(text)).split())
        found = Found()
        blanks = _BEFORE_WORDS.fullmatch(folded)
        if blanks:
            return self._before_words(blanks)
        town, village, group = (
            pattern.search(folded) for pattern in (_TOWN_SLOT, _VILLAGE_SLOT, _GROUP_SLOT)
        )
        folded = _CHOICE_OF_WORDS.sub("", folded)
        found.town = self._slot(town) or _longest_name(folded, _TOWN_END, self._towns)
        slotted = self._slot(village)
        if slotted:
            self._split_village(slotted, found)
        else:
            rest = folded.replace(found.town, " ") if found.town else folded
            found.village = _longest_name(rest, _VILLAGE_END, self._villages) or self._written_village(rest)
        if self._has_groups:
            found.group = self._slot(group) or found.group or self._loose_group(folded, found)
        return found

    def _before_words(self, match: re.Match[str]) -> Found:
        town, village, group = match.groups()
        town = town if town in self._towns else f"{town}镇"
        village = village if village.endswith("村") else f"{village}村"
        return Found(town, village, f"{group}组" if group and self._has_groups else None)

    def only_group(self, text: str) -> str | None:
        """The group that a line of its own names: `二组`, `第三村民小组`, `沟岔组`."""
        folded = "".join(fold(text).split())
        if not self._has_groups or not _ONLY_GROUP.fullmatch(folded):
            return None
        return normalise.group(re.sub(r"^组别?[:：]?", "", folded), self._silences)

    def _slot(self, match: re.Match[str] | None) -> str | None:
        if match is None:
            return None
        return normalise.text(match[1], self._silences)

    def _split_village(self, slotted: str, found: Found) -> None:
        """`村(组)( 任家伙场村二组 )` holds both."""
        match = re.fullmatch(r"(.+?(?:村|社区|委会|委员会))\s*(.{1,10}组)", slotted)
        if match:
            found.village, found.group = match[1], match[2]
        else:
            found.village = slotted

    def _written_village(self, text: str) -> str | None:
        """A village that the pack does not know, by its ending; 一般村 of an option is none."""
        match = _WRITTEN_VILLAGE.search(text)
        return match[1] if match and match[1] not in self._no_villages else None

    @staticmethod
    def _loose_group(text: str, found: Found) -> str | None:
        rest = text
        for name in (found.town, found.village):
            if name:
                rest = rest.replace(name, " ")
        if rest == text and not _ONLY_GROUP.fullmatch(text):
            return None
        match = _GROUP_WORD.search(rest) or _NAMED_GROUP.search(rest)
        return match[0].strip() if match else None


@dataclass(slots=True)
class Collected:
    """Headings gathered line by line down a sheet."""

    town: str | None = None
    village: str | None = None
    group: str | None = None
    named: str | None = None  # by the sheet's or the file's name
    groups: list[str] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)

    def take(self, found: Found, cell: str, silences: frozenset[str]) -> bool:
        """Keep what a line names; True when it named anything."""
        if found.town:
            self.town, self.cells["town"] = found.town, cell
        if found.village:
            self.group = self.named  # a new heading; its own group follows
            self.village, self.cells["village"] = found.village, cell
        if found.group:
            self.set_group(normalise.group(found.group, silences), cell)
        return bool(found.town or found.village or found.group)

    def take_names(self, reader: HeadingReader, sheet: str, file: str) -> None:
        """The group that the sheet's or the file's name holds, until a heading says another.

        Town and village of these names are for the importer, which knows which of them disagree.
        """
        stem = re.sub(r"\.[A-Za-z0-9]{2,5}$", "", file.rpartition("/")[2])
        for name in (sheet, stem):
            group = reader.only_group(name) or reader.read(name).group
            if group and self.named is None:
                self.named = self.group = normalise.group(group)

    def set_group(self, group: str | None, cell: str) -> None:
        self.group = group
        if group and group not in self.groups:
            self.groups.append(group)
            self.cells.setdefault("group", cell)

    def headings(self, groups: tuple[str, ...] | None = None) -> Headings:
        chosen = tuple(self.groups) if groups is None else groups
        return Headings(self.town, self.village, chosen, dict(self.cells))


def _longest_name(text: str, ends: re.Pattern[str], names: Mapping[str, str]) -> str | None:
    """The longest known name in the text that ends where `ends` does."""
    best: str | None = None
    for match in ends.finditer(text):
        for start in range(max(0, match.start() - _LONGEST_STEM), match.start()):
            name = text[start : match.end()]
            if name in names and len(name) > len(best or ""):
                best = name
    return best

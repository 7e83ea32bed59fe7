"""XML parts of a spreadsheet, parsed piece by piece by expat, which keeps nothing that could be large.

What grows in a parser is bounded: definitions (DTD, entities) are refused, a tag or comment may not go on for
ever, and whoever handles the elements counts their depth (`MAX_DEPTH`).
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from paicha.formats.reading.model import FileRefused

MAX_DEPTH = 250
_LONGEST_TAG = 1 << 20

Attributes = dict[str, str]


class PartParser:
    """One pass over a part; a handler that finds nonsense raises ValueError, which refuses the file."""

    def __init__(
        self,
        file: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None],
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._file = file
        self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._refuse_definition
        self._parser.EntityDeclHandler = self._refuse_definition

    @property
    def at(self) -> int:
        """Within a handler: how many bytes were fed before the tag."""
        return self._parser.CurrentByteIndex

    def feed(self, piece: bytes) -> None:
        """Raises F04 where the part is no sound XML or a tag is endless, F07 where it defines entities."""
        self._parse(piece)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise FileRefused("F04", file=self._file)

    def listen(self, text: Callable[[str], None] | None) -> None:
        """From here on texts go to this handler."""
        self._parser.CharacterDataHandler = text

    def close(self) -> None:
        """The part ends here. Raises F04 where something is still open."""
        self._parse(b"", True)

    def _parse(self, piece: bytes, final: bool = False) -> None:
        try:
            self._parser.Parse(piece, final)
        except (expat.ExpatError, ValueError, OverflowError):
            raise FileRefused("F04", file=self._file) from None

    def _refuse_definition(self, *_: object) -> None:
        raise FileRefused("F07", file=self._file)

"""Which fonts the PDFs are set in: the paper's own kind where it is installed, else the one that pip brings.

The official forms are set in 宋体 or 仿宋. A server in a closed network may have neither, so a font with
every place name of the county comes with the package (`noto-cjk-sans-otc`), and stands behind the
preferred one for the characters which that lacks. A character that none of them has is named, never left a box.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import noto_cjk_sans_otc
import orjson
import typst

PREFERRED = (
    "SimSun",
    "宋体",
    "STSong",
    "FangSong",
    "仿宋",
    "FangSong_GB2312",
    "Noto Serif CJK SC",
    "Noto Serif SC",
)
BROUGHT = "Noto Sans CJK SC"
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"))  # nothing to draw, or not by itself
_lock = threading.Lock()
_drawn: dict[str, bool] = {}


@cache
def faces() -> typst.Fonts:
    """Every face that can be used: the system's and the one brought; read once a process."""
    folder = Path(noto_cjk_sans_otc.__file__).parent
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[folder])


@cache
def families() -> tuple[str, ...]:
    """Font families in the order in which a character is looked for."""
    installed = set(faces().families())
    preferred = next((name for name in PREFERRED if name in installed), None)
    extension = ("SimSun-ExtB",) if "SimSun-ExtB" in installed else ()
    return ((preferred,) if preferred else ()) + (BROUGHT, *extension)


def missing(text: str) -> list[str]:
    """The characters of `text` that no font has, in order of their code points. Each is looked for once a process."""
    with _lock:
        new = sorted(set(text) - _drawn.keys())
        _learn([c for c in new if unicodedata.category(c) not in _UNSEEN])
        return sorted(c for c in set(text) if not _drawn.get(c, True))


def name_missing(text: str) -> str:
    """`text` with `〔U+323AF〕` in the place of every character that no font has."""
    gaps = missing(text)
    return text.translate({ord(c): f"〔{code_point(c)}〕" for c in gaps}) if gaps else text


def code_point(character: str) -> str:
    """How a character that can't be shown is called: `U+323AF`."""
    return f"U+{ord(character):04X}"


def _learn(characters: Sequence[str]) -> None:
    """Find out for each whether it can be drawn, by halves: nearly always all can."""
    if not characters:
        return
    if _can_draw(characters):
        _drawn.update(dict.fromkeys(characters, True))
    elif len(characters) == 1:
        _drawn[characters[0]] = False
    else:
        middle = len(characters) // 2
        _learn(characters[:middle])
        _learn(characters[middle:])


def _can_draw(characters: Sequence[str]) -> bool:
    """Whether Typst, which chooses the fonts, has one for each: under PDF/A alone a box is an error."""
    inputs = {"data": orjson.dumps({"fonts": families(), "characters": characters}).decode()}
    try:
        _prober().compile(sys_inputs=inputs, format="pdf", pdf_standards="a-2b", pdf_tags=False)
    except typst.TypstError:
        return False
    return True


@cache
def _prober() -> typst.Compiler:
    return typst.Compiler(Path(__file__).with_name("characters.typ"), font_paths=faces())

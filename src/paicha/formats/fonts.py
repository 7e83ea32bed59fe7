"""Which fonts the PDFs are set in: the paper's own kind where it is installed, else the one that pip brings.

The official forms are set in 宋体 or 仿宋. A server in a closed network may have neither, so a font with
every place name of the county comes with the package (`noto-cjk-sans-otc`), and stands behind the
preferred one for the characters which that lacks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import noto_cjk_sans_otc
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

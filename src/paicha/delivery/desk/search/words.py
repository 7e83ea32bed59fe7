"""Why a household was found, in words."""

from __future__ import annotations

from paicha.domain.search.hits import Hit, Whose
from paicha.domain.search.terms import How

_HOW = {How.LETTERS: "拼音对得上", How.SOUNDS: "同音", How.APART: "差一字"}


def why_text(hit: Hit) -> str:
    """'户主', '户主以前叫李四', '成员高兰花，同音', '电话尾号8831'."""
    said = {
        Whose.NUMBER: "户编号",
        Whose.HEAD: "户主",
        Whose.PHONE: f"电话尾号{hit.told[-4:]}",
        Whose.FORMER: f"户主以前叫{hit.told}",
        Whose.MEMBER: f"成员{hit.told}",
        Whose.MERGED: f"并进来的一户，户主{hit.told}",
        Whose.FOREIGN: hit.told,
    }[hit.whose]
    return f"{said}，{_HOW[hit.how]}" if hit.how in _HOW else said

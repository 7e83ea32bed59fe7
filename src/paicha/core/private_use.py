"""Characters that older systems keep in Unicode's private area, in the form that the standard gives them now.

GBK and GB 18030-2000 had characters that Unicode lacked: 䶮, 龴, ⺁, ḿ, the vertical commas. They were kept at
U+E76C … U+E864; GB 18030-2005 and -2022 moved them. Systems of either kind write the same bytes, and codecs differ
in what they make of them (Python's gb18030 is the one of 2000).
"""

from __future__ import annotations

import re

PRIVATE_USE = re.compile("[\ue5e5\ue76c-\ue864]")

_VERTICAL = "︐︒︑︓︔︕︖︗︘︙"  # 0xA6D9 … in the order of the private area, U+E78D …
_LETTERS = {0xE5E5: "\u3000", 0xE76C: "€", 0xE7C7: "ḿ", 0xE7C8: "ǹ", 0xE7E7: "〾"}
_RADICALS = (  # 0xFE50 … 0xFEA0, U+E815 …
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹"
    "䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)

# The code of a private character → the character.
STANDARD: dict[int, str] = (
    _LETTERS
    | {0xE78D + place: char for place, char in enumerate(_VERTICAL)}
    | {0xE7E8 + place: chr(0x2FF0 + place) for place in range(12)}
    | {0xE815 + place: char for place, char in enumerate(_RADICALS)}
)

#!/usr/bin/env bash
# pypinyin 0.55.0: with heteronym=True a character has all its readings, but not where it begins a word of the dictionary.
#
# 单 is read dan, chan and shan (shan as a surname). Asked for 单明, the package gives all three. Asked for 单方明 it gives
# one, since 单方 is a word that its phrase dictionary knows with one reading, and the phrase wins over `heteronym`. An
# index of names by initials that asks for whole names loses people by the second and third character of their names. Asking
# for the first character alone gives all readings whatever follows.
#
# Seen: 单明 -> ['dan', 'chan', 'shan'], 单方明 -> ['dan'], 单 -> ['dan', 'chan', 'shan']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pypinyin==0.55.0
"$folder/venv/bin/python" - <<'PYTHON'
import pypinyin
from pypinyin import Style, pinyin

print("pypinyin", pypinyin.__version__)
read = {text: pinyin(text, style=Style.NORMAL, heteronym=True)[0] for text in ("单明", "单方明", "单")}
for text, readings in read.items():
    print(text, "->", readings)
assert "shan" in read["单明"] and "shan" in read["单"] and len(read["单"]) == 3, "behaves otherwise now"
assert read["单方明"] == ["dan"], "behaves otherwise now"
PYTHON

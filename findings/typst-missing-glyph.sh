#!/usr/bin/env bash
# typst 0.15.2 (the Python package): a character that no font has is drawn as an empty box, and nobody is told.
#
# `compile_with_warnings` gives no warning for it either. The very same page compiled for PDF/A is refused with a sentence
# that names the character: the standard asks for a glyph behind every character. So a page of the characters in doubt,
# compiled with `pdf_standards="a-2b"`, tells what can be printed; an ordinary compilation never does.
#
# Seen: ordinary PDF: 6955 bytes, warnings: []
#       PDF/A: PDF/A-2b error: the text `"刘"` could not be displayed with font `"Libertinus Serif"`
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet typst==0.15.2
cd "$folder"
cat >page.typ <<'TYPST'
#set document(title: "names")
A name in letters that the fonts lack: 刘
TYPST
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata

import typst

print("typst", importlib.metadata.version("typst"))
fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)  # none of them is Chinese
content, warnings = typst.Compiler("page.typ", font_paths=fonts).compile_with_warnings(format="pdf")
print("ordinary PDF:", len(content), "bytes, warnings:", [str(one) for one in warnings])
assert content.startswith(b"%PDF") and not warnings, "behaves otherwise now"
try:
    typst.Compiler("page.typ", font_paths=fonts).compile(format="pdf", pdf_standards="a-2b")
except typst.TypstError as refused:
    print("PDF/A:", refused)
    assert "could not be displayed" in str(refused), "says it otherwise now"
else:
    raise SystemExit("PDF/A takes it now")
PYTHON

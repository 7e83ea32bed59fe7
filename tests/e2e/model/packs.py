"""The pack in a next version, as a round of the play opens it."""

from __future__ import annotations

from paicha.packs import read_pack


def next_version(n: int) -> dict[str, bytes]:
    """The pack's next version: an option went, another came, and one more question is asked."""
    files = dict(read_pack("shenmu_2022_spring"))
    sheep = f"sheep_{n}: {{label: 羊, type: integer, low: 0, high: 999}}"
    for name, old, new in (
        ("pack.yaml", 'version: "2022.1"', f'version: "2022.{n}"'),
        ("questions.yaml", "{number: 3, label: 分散取水且安全}", f"{{number: {n + 2}, label: 分散取水第{n}种}}"),
        ("questions.yaml", "  special_detail:", f"  {sheep}\n  special_detail:"),
        ("forms.yaml", "special_detail, ", f"special_detail, sheep_{n}, "),
    ):  # fmt: skip
        text = files[name].decode()
        assert old in text
        files[name] = text.replace(old, new).encode()
    return files

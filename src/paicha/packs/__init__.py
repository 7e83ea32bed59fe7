"""Campaign packs that ship with the program: data only. `files(name)` gives their bytes."""

from importlib.resources import files as _resources
from pathlib import Path

from paicha.core.pack import FILES
from paicha.core.refusal import Refusal

DEFAULT = "shenmu_2022_spring"


def shipped_names() -> list[str]:
    """The names of the packs that ship with the program."""
    folders = [entry for entry in _resources(__name__).iterdir() if entry.is_dir()]
    return sorted(folder.name for folder in folders if (folder / "pack.yaml").is_file())


def read_pack(name_or_dir: str) -> dict[str, bytes]:
    """Bytes of a shipped pack by name, or of a folder by path; absent files are left out.

    Raises Refusal where neither exists.
    """
    folder = _resources(__name__) / name_or_dir if "/" not in name_or_dir else None
    if folder is None or not folder.is_dir():
        path = Path(name_or_dir)
        if not path.is_dir():
            raise Refusal("E66", name=name_or_dir)
        return {name: (path / name).read_bytes() for name in FILES if (path / name).is_file()}
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}

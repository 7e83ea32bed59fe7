"""Campaign packs that ship with the program: data only. `files(name)` gives their bytes."""

from importlib.resources import files as _resources
from pathlib import Path

from paicha.core.pack import FILES

DEFAULT = "shenmu_2022_spring"


def read_pack(name_or_dir: str) -> dict[str, bytes]:
    """Bytes of a shipped pack by name, or of a folder by path; absent files are left out.

    Raises `FileNotFoundError` with one Chinese sentence where neither exists.
    """
    folder = _resources(__name__) / name_or_dir if "/" not in name_or_dir else None
    if folder is None or not folder.is_dir():
        path = Path(name_or_dir)
        if not path.is_dir():
            raise FileNotFoundError(
                f"没有叫 {name_or_dir} 的方案包，也没有这个文件夹。请写方案包的名字或文件夹。"
            )
        return {name: (path / name).read_bytes() for name in FILES if (path / name).is_file()}
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}

"""Install, upgrade, or roll back, on a machine without a network. Started by install.sh; needs nothing beyond Python.

    sh install.sh [--to /opt/paicha] [--user paicha]     install, or upgrade what is there
    DIR/bin/paicha-rollback                              back to the release before the last upgrade

DIR/releases/NAME is a release, never changed once it is whole; DIR/current links to the one in use. DIR/data (or what
it links to) is the user's: the home and its backups. DIR/paicha.env is written once, and the clerk's from then on.

What holds: a step that fails leaves release and data as they were. A backup comes before each upgrade; since a database
does not go back by itself, a rollback over an upgrade that changed the database restores that backup, and sets what
was entered since aside. One that changed nothing of it keeps the data. Exit: 0 done, 2 not done, with one sentence.
"""

from __future__ import annotations

import argparse
import grp
import json
import os
import platform
import pwd
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from place import Place, Refused, last_words, restore, services_run, services_stopped

HERE = Path(__file__).resolve().parent
ABOUT, UPGRADE = "bundle.json", "upgrade.json"
_OFFLINE = ["--no-config", "--no-cache", "--offline", "--no-index", "--require-hashes", "--compile-bytecode"]


def main(argv: Sequence[str] | None = None) -> int:
    """Install, upgrade or roll back; 2 with one sentence where that was not done."""
    parser = argparse.ArgumentParser(prog="install.sh", description="安装或升级排查系统（不用网络）")
    parser.add_argument(
        "--to", type=Path, default=Path("/opt/paicha"), help="装到哪个文件夹，默认 /opt/paicha"
    )
    parser.add_argument("--user", help="数据归哪个用户，第一次安装时写，默认 paicha，没有就建立")
    parser.add_argument("--roll-back", action="store_true", help="退回上一次升级以前的版本")
    asked = parser.parse_args(argv)
    place = Place(asked.to.absolute())
    os.umask(0o022)
    try:
        if asked.roll_back:
            roll_back(place)
        else:
            install(place, asked.user)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}：" if error.filename else ""
        print(f"没有做成：{where}{error.strerror}，请处理后再运行一次。", file=sys.stderr)
        return 2
    return 0


# --- install -------------------------------------------------------------------------------------------------


def install(place: Place, user: str | None) -> None:
    """The release of this bundle, put in use; an upgrade where another one is. Raises Refused."""
    about = json.loads((HERE / ABOUT).read_text(encoding="utf-8"))
    check_machine(about)
    owner = owner_of(place, user)
    release, before = str(about["release"]), place.current()
    if release == before:
        print(f"{release} 已经在用，没有改动。")
        return
    lay_out(place, owner)
    unpack(place.releases / release, owner)
    if before is None:
        place.switch(release)
        print(f"已装好 {release}，在 {place.folder}。接下来（见 安装说明.md）：")
        print(f"  {place.folder}/bin/paicha init    建立数据库，打开一轮排查")
        print(f"  {place.folder}/bin/paicha serve   打开网页；平时用系统服务，单元在 {place.folder}/systemd")
    else:
        upgrade(place, release, before)


def check_machine(about: dict[str, Any]) -> None:
    """Raises Refused where the wheels of the bundle don't run here."""
    if sys.platform != "linux":
        raise Refused("只能装在 Linux 上，不支持 Windows 服务器；请换一台 Linux 机器。")
    if platform.machine() != about["machine"]:
        raise Refused(f"这个包是给 {about['machine']} 的，本机是 {platform.machine()}，请换对应的包。")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python not in about["pythons"]:
        wanted = "、".join(about["pythons"])
        raise Refused(f"这个包要 Python {wanted}，本机用的是 {python}，请装上或用 PYTHON=路径 指明。")
    library, version = platform.libc_ver()
    if library != "glibc" or numbers(version) < numbers(about["glibc"]):
        raise Refused(
            f"系统太旧或不是 glibc 的（{library} {version}），要 glibc {about['glibc']} 以上，请换新的系统。"
        )
    if not about["tried"]:
        print(f"请注意：{about['machine']} 的包没有在真机上试过。")


def numbers(version: str) -> tuple[int, ...]:
    """'2.28' as numbers, for comparing."""
    return tuple(int(part) for part in version.split("."))


def owner_of(place: Place, user: str | None) -> pwd.struct_passwd:
    """Whose the data are: of a place that is there, its owner; else the user named, made where there is none."""
    if place.current() is not None:
        return pwd.getpwuid(place.data.stat().st_uid)
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    name = user or "paicha"
    try:
        return pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        done = subprocess.run([*command, "--home-dir", str(place.data), name], check=False)
        if done.returncode:
            raise Refused(f"不能建立用户 {name}，请先建立，或用 --user 写一个已有的用户。") from None
        return pwd.getpwnam(name)


def lay_out(place: Place, owner: pwd.struct_passwd) -> None:
    """Folders, commands and units; of what is the clerk's, only what is not there yet."""
    for folder in (place.releases, *(place.folder / name for name in ("bin", "systemd", "installer"))):
        folder.mkdir(parents=True, exist_ok=True)
    for folder in (place.data, place.home, place.data / "backups"):
        folder.mkdir(mode=0o700, exist_ok=True)
        if place.current() is None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    group = grp.getgrgid(owner.pw_gid).gr_name
    words = {
        "DIR": str(place.folder),
        "DATA": str(place.data.resolve()),
        "USER": owner.pw_name,
        "GROUP": group,
    }
    for source in sorted((HERE / "bin").iterdir()) + sorted((HERE / "systemd").iterdir()):
        write(
            place.folder / source.parent.name / source.name,
            filled(source, words),
            source.stat().st_mode & 0o755,
        )
    for name in ("install.py", "place.py"):
        write(place.folder / "installer" / name, (HERE / name).read_text(encoding="utf-8"), 0o644)
    environment = place.folder / "paicha.env"
    if not environment.exists():
        write(environment, filled(HERE / "paicha.env", words), 0o640)
    if place.current() is None:
        os.chown(environment, -1, owner.pw_gid)
    if services_run():
        subprocess.run(["systemctl", "daemon-reload"], check=False)


def filled(source: Path, words: dict[str, str]) -> str:
    """A template with `@DIR@` and its like filled in."""
    text = source.read_text(encoding="utf-8")
    for name, value in words.items():
        text = text.replace(f"@{name}@", value)
    return text


def write(target: Path, text: str, mode: int) -> None:
    """A file as a whole or not at all: it may be running."""
    aside = target.with_name(f".{target.name}.new")
    aside.write_text(text, encoding="utf-8")
    aside.chmod(mode)
    aside.replace(target)


def unpack(release: Path, owner: pwd.struct_passwd) -> None:
    """The release's environment from the wheels of the bundle, each checked by its hash. Raises Refused."""
    if (release / ABOUT).is_file():
        return
    shutil.rmtree(release, ignore_errors=True)  # of a try that was cut short
    print("正在安装，约一分钟……", flush=True)
    try:
        try:
            step([sys.executable, "-I", "-m", "venv", "--without-pip", str(release)])
        except Refused as error:
            raise Refused(
                f"用 {sys.executable} 建不了 venv（{error}），请装上完整的 Python 再运行。"
            ) from error
        fill(release)
        program = release / "bin/paicha"
        user = {"user": owner.pw_uid, "group": owner.pw_gid} if os.geteuid() == 0 else {}
        try:
            step([str(program), "--version"], **user)
        except (OSError, Refused) as error:
            base = Path(sys.executable).resolve()
            raise Refused(
                f"用户 {owner.pw_name} 不能运行 {program}（{error}），"
                f"请换一个他进得去的文件夹，或换系统自带的 Python（现在是 {base}）。"
            ) from error
        shutil.copy(HERE / ABOUT, release / ABOUT)
    except BaseException:
        shutil.rmtree(release, ignore_errors=True)
        raise


def fill(release: Path) -> None:
    """The wheels into an empty environment, by the uv that comes along. Raises Refused."""
    uv, wheels = release / "bin/.uv", HERE / "wheels"
    try:
        with zipfile.ZipFile(next(wheels.glob("uv-*.whl"))) as archive:
            uv.write_bytes(archive.read(next(n for n in archive.namelist() if n.endswith("/scripts/uv"))))
        uv.chmod(0o755)
        command = [str(uv), "pip", "install", "--python", str(release / "bin/python"), *_OFFLINE]
        step([*command, "--find-links", str(wheels), "-r", str(HERE / "requirements.txt")])
    except (StopIteration, zipfile.BadZipFile, Refused) as error:
        raise Refused(
            f"没有装成（{error or '包里没有 uv'}），多半是安装包不完整，原来的版本没有动；"
            "请用 sha256sum -c 核对安装包，重新拷贝一份再装。"
        ) from error
    for left in (uv, release / ".lock"):
        left.unlink(missing_ok=True)


def step(command: Sequence[str], **more: Any) -> None:
    """Run it without what the caller's environment says of Python. Raises Refused with its last line."""
    variables = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    done = subprocess.run(
        command, env=variables, cwd="/", capture_output=True, text=True, check=False, **more
    )
    if done.returncode:
        raise Refused(last_words(done))


# --- upgrade and back ----------------------------------------------------------------------------------------


def upgrade(place: Place, release: str, before: str) -> None:
    """From one release to another with a backup between. Raises Refused; then the one before is in use, as it was."""
    stamp = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    backup = place.data / f"backups/before-{release}-{stamp}.zip"
    with services_stopped(place):
        state = idle(place)
        if state["made"]:
            print("正在备份……", flush=True)
            place.run("backup", str(backup))
        place.switch(release)
        migrates = False
        try:
            migrates = state["made"] and place.state()["missing"] > 0
            if state["made"]:
                place.run("init")
        except Refused as refused:
            place.switch(before)
            if migrates:
                restore(place, backup, f"home-{release}-{stamp}")
            raise Refused(f"升级没有做成（{refused}），仍用 {before}，数据和升级前一样。") from refused
        note = {"from": before, "backup": str(backup) if migrates else None}
        (place.releases / release / UPGRADE).write_text(json.dumps(note), encoding="utf-8")
    kept = f"，升级前的备份是 {backup}" if state["made"] else ""
    print(f"已从 {before} 升级到 {release}{kept}。要退回：{place.folder}/bin/paicha-rollback")


def roll_back(place: Place) -> None:
    """To the release before the last upgrade; with its data, where that changed the database. Raises Refused."""
    release = place.current()
    note = place.releases / (release or "") / UPGRADE
    if release is None or not note.is_file():
        raise Refused(f"{release or place.folder} 不是升级来的，没有可退回的版本。")
    told = json.loads(note.read_text(encoding="utf-8"))
    before, backup = str(told["from"]), told["backup"]
    if not (place.releases / before / ABOUT).is_file():
        raise Refused(f"没有 {before} 了，不能退回；请用那一版的包再装一次，再用 paicha restore 恢复备份。")
    with services_stopped(place):
        idle(place)
        place.switch(before)
        if backup is None:
            note.unlink()
            print(f"已退回 {before}。那次升级没有改数据库，数据原样未动。")
            return
        aside = f"home-{release}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        try:
            restore(place, Path(backup), aside)
        except Refused as refused:
            place.switch(release)
            raise Refused(f"没有退回（{refused}），仍用 {release}，数据没有动。") from refused
        note.unlink()
    print(f"已退回 {before}。升级改过数据库，退不回去，所以数据是升级前的备份，升级以后录入的不在里面：")
    print(f"  它们留在 {place.data / aside}，核对以后可以删掉。")


def idle(place: Place) -> dict[str, Any]:
    """The state of the home. Raises Refused while somebody works in it."""
    state = place.state()
    if state["busy"]:
        raise Refused("网页服务或后台任务还开着，请先停下（按 Ctrl+C，或 systemctl stop）再运行一次。")
    return state


if __name__ == "__main__":
    sys.exit(main())

"""Processes beside the web server: started with it, started again when they end, gone when it ends.

Why the pause grows: one that can't live (a broken home, no memory) would else be started for ever, a second apart.
What holds: a child is told of our end by its standard input, which closes with us, even when we are killed.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from paicha.delivery.cli.console import speak

_SHORT_LIFE = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_END_SECONDS = 15
_FROZEN_SECONDS = 180.0


class Child:
    """One process, `python -m` with these words, in a session of its own; `title` as people are told of it.

    `moves`: whether it does more than live; one that hasn't for minutes is ended, and started again.
    """

    def __init__(self, title: str, words: Sequence[str], moves: Callable[[], bool] = lambda: True) -> None:
        self._title = title
        self._command = [sys.executable, "-m", *words]
        self._process: subprocess.Popen[bytes] | None = None
        self._moves = moves
        self._begun = self._due = self._moved = 0.0
        self._pause = 0.0

    def tend(self) -> None:
        """Start it, or start it again where it has ended: at once, but later and later if it dies young."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is None:
            self._moved = now if self._moves() else self._moved
            if now - self._moved > _FROZEN_SECONDS:
                self._process.kill()
            return
        if self._process is not None:
            self._bury(now)
        if now >= self._due:
            self._begun = self._moved = now
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)

    def _bury(self, now: float) -> None:
        assert self._process is not None
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process = None
        young = now - self._begun < _SHORT_LIFE
        self._due = now + self._pause
        self._pause = min(max(_FIRST_PAUSE, 2 * self._pause), _LONGEST_PAUSE) if young else 0.0
        after = f"，{self._due - now:.0f} 秒后" if self._due > now else "，已"
        speak(f"{self._title}意外停了{after}重新启动。", error=True)

    def stop(self) -> None:
        """End it and wait until it has."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

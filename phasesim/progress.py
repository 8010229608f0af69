"""What a person sees while a sweep runs: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

#: seconds between lines where stderr is no terminal
LINE_SECONDS = 30.0


class Silent:
    """Shows nothing; base of the others. Methods may be called from several threads."""

    @contextlib.contextmanager
    def task(self, n_models: int, model_steps: int) -> Iterator[None]:
        """Around the training of a sweep.

        Args:
            n_models: models to train.
            model_steps: sum of their steps.
        """
        yield

    def steps(self, model_steps: int) -> None:
        """Model-steps just done."""

    def models(self, n: int, failed: int) -> None:
        """Models just finished, and how many of them did not train to their end."""


class Counting(Silent):
    """Keeps the counts that both kinds of display show."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def task(self, n_models: int, model_steps: int) -> Iterator[None]:
        self._total, self._all_steps = n_models, model_steps
        self._done = self._failed = self._steps = 0
        self._began = self._shown = time.monotonic()
        with self._display():
            yield
            self._show(last=True)

    def steps(self, model_steps: int) -> None:
        with self._lock:
            self._steps += model_steps
            self._show()

    def models(self, n: int, failed: int) -> None:
        with self._lock:
            self._done += n
            self._failed += failed
            self._show()

    @contextlib.contextmanager
    def _display(self) -> Iterator[None]:
        yield

    def _show(self, last: bool = False) -> None:
        pass

    def _text(self) -> str:
        elapsed = max(time.monotonic() - self._began, 1e-9)
        speed = self._steps / elapsed
        left = (self._all_steps - self._steps) / speed if speed > 0 else float("nan")
        eta = f", {_duration(left)} left" if self._done < self._total and speed > 0 else ""
        failed = f", {self._failed:,} failed" if self._failed else ""
        # what takes no steps, such as an analysis, counts one a model
        unit = "models" if self._all_steps == self._total else "model-steps"
        return (
            f"{self._done:,} of {self._total:,} models{failed}, "
            f"{speed:,.0f} {unit}/s, {_duration(elapsed)}{eta}"
        )


class Lines(Counting):
    """A plain line every half minute, and one at the end."""

    def _show(self, last: bool = False) -> None:
        now = time.monotonic()
        if last or now - self._shown >= LINE_SECONDS:
            self._shown = now
            print(self._text(), file=sys.stderr, flush=True)


class Bar(Counting):
    """A progress bar on a terminal."""

    @contextlib.contextmanager
    def _display(self) -> Iterator[None]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=Console(stderr=True)) as bar:
            self._bar: Any = bar
            self._task = bar.add_task("", total=max(self._all_steps, 1))
            yield

    def _show(self, last: bool = False) -> None:
        self._bar.update(self._task, completed=self._steps, description=self._text())


def for_stderr(quiet: bool) -> Silent:
    """The display that fits where stderr goes."""
    if quiet:
        return Silent()
    return Bar() if sys.stderr.isatty() else Lines()


def _duration(seconds: float) -> str:
    if seconds != seconds:
        return "?"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

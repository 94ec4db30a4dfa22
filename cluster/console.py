"""What commands share when they talk to a person or to a program."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, NoReturn

import typer
from rich.console import Console
from typer.exceptions import TyperException

from models.errors import PignonError

#: Seconds that a command has to stop in good order before a second Ctrl-C cuts it short.
STOPPING = 30.0


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError


#: Progress and messages; results go to standard output.
stderr = _Console(stderr=True, highlight=False, soft_wrap=True)
stdout = _Console(highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any] | list[Any] | None) -> None:
    """One JSON document on one line, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def run(command: Callable[[], typer.core.TyperGroup], arguments: Sequence[str]) -> int:
    """Run a command line; whatever stops it becomes one clear line and an exit code.

    SIGTERM is Ctrl-C. A PignonError ends with its own code, a mistyped line with 2, Ctrl-C with 130.
    """
    handler = _Interrupt()
    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)
    try:
        with command().make_context("pignon", list(arguments)) as context:
            context.command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as end:
        return end.exit_code
    except TyperException as error:
        return _mistyped(error)
    except PignonError as error:
        stderr.print(f"pignon: {error}", markup=False)
        return error.exit_code
    except KeyboardInterrupt:
        stderr.print("pignon: stopped.")
        return 130
    except BrokenPipeError:
        # The reader left (`| head`): not our error, and nothing more is said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


class _Interrupt:
    """The first signal stops the command; one more while it stops is heard, not obeyed at once."""

    def __init__(self) -> None:
        self.first: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.first is None or now - self.first > STOPPING:
            self.first = now
            raise KeyboardInterrupt


def _mistyped(error: TyperException) -> int:
    context = getattr(error, "ctx", None)
    if context is None:
        stderr.print(f"pignon: {error.format_message()}", markup=False)
    elif type(error).__name__ == "NoArgsIsHelpError":
        stderr.print(error.format_message(), markup=False)
    else:
        line = " ".join(error.format_message().split())
        line = line if line.endswith((".", "?")) else f"{line}."
        stderr.print(f"{context.command_path}: {line} Try: {context.command_path} --help", markup=False)
    return error.exit_code


def plural(number: int, noun: str) -> str:
    """`1 page`, `2 pages`, `2 retries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun.removesuffix('y') + 'ies' if noun.endswith('ry') else noun + 's'}"

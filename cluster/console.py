"""What commands share when they talk to a person or to a program."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from models.errors import PignonError

#: Progress and messages; results go to standard output.
stderr = Console(stderr=True, highlight=False, soft_wrap=True)
stdout = Console(highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """One JSON document on one line, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def run(main: Callable[[], None]) -> int:
    """Run a command line; a PignonError or Ctrl-C becomes one clear line and an exit code."""
    try:
        main()
    except PignonError as error:
        stderr.print(f"pignon: {error}", markup=False, soft_wrap=True)
        return error.exit_code
    except KeyboardInterrupt:
        stderr.print("pignon: stopped.")
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader left (`| head`): not our error
        return 0
    return 0


def plural(number: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

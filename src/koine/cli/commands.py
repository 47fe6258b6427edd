"""The table of commands: each is a module that says what it takes and what it does."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Collection, Sequence

import koine
from koine.cli import failing, options
from koine.serving.saying import warn
from koine.serving.stopping import Stop, Stopped

# Name and what it does. The module of this name beside this one has an `add(parser)`, which says what the command takes
# and what runs it. Only that of the command that is asked for is loaded: some need much, and others must start quickly.
COMMANDS: tuple[tuple[str, str], ...] = (
    ("demo", "serve a world to try things with, and print lines that can be copied"),
    ("serve", "serve; the first start prints a link by which the administrator is made"),
    ("work", "do what goes on behind the requests, beside those who serve"),
    ("tail", "show what happens, as it happens"),
    ("migrate", "bring the database's schema up to date"),
    ("workspace", "create workspaces with their owners, list, delete and restore them"),
    ("user", "let somebody in by a link or a new password, and sign them out"),
    ("bookkeeper", "have people for all workspaces or some, and let them in no more"),
    ("token", "create, list and revoke the secrets that clients call with"),
    ("app", "register the programs of others that people can let into their workspaces"),
    ("webhook", "tell others what happens, and see how that goes"),
    ("provider", "say who carries HighLevel's messages, and where they are delivered to"),
    ("key", "replace the key by which HighLevel's deliveries are signed"),
    ("job", "list what is to be done and what failed, and try it again"),
    ("routes", "list every endpoint with the file and line that answers it"),
    ("doctor", "say what is used, and what is wrong"),
)

EPILOG = f"""\
exit codes:
  0  done, or stopped when asked to
  {failing.FAILED}  it did not work; doctor: something is an error
  {failing.WRONG}  wrong options, or an address that cannot be listened on
  {failing.RUNNING}  another Koine already runs on the data folder

docs/running.md says what the options and environment variables mean.
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Trouble is told in one sentence on standard error."""
    words = sys.argv[1:] if words is None else words
    parser = parse(words)
    asked = parser.parse_args(words)
    if asked.run is None:
        return _help(parser, asked)
    stop = Stop()
    stop.listen()
    try:
        code: int = asked.run(asked, options.settings(asked), stop)
        sys.stdout.flush()
        return code
    except Stopped:
        return failing.INTERRUPTED
    except BrokenPipeError:  # who read our output has seen enough; Python must not complain again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failing.FAILED
    except Exception as error:
        told = failing.told(error)
        if told is None:
            raise
        warn(told.sentence)
        return told.code


def parse(words: Collection[str]) -> argparse.ArgumentParser:
    """The command line; whole for the commands that are among these words."""
    parser = argparse.ArgumentParser(
        prog="koine",
        description="A self-hosted conversation server that speaks several wire APIs over one store.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"koine {koine.__version__}")
    parser.set_defaults(run=None, about=None)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, says in COMMANDS:
        command = commands.add_parser(
            name,
            help=says,
            description=_sentence(says),
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name in words:
            importlib.import_module(f"koine.cli.{name}").add(command)
    shown = commands.add_parser("help", help="show this, or the options of one command")
    shown.add_argument("about", nargs="?", default="", choices=["", *(name for name, _ in COMMANDS)])
    return parser


def _help(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> int:
    """The help that was asked for; without any command it is what should have been asked for."""
    if asked.about:
        parser.parse_args([asked.about, "--help"])
    parser.print_help(sys.stderr if asked.about is None else sys.stdout)
    return failing.WRONG if asked.about is None else 0


def _sentence(says: str) -> str:
    return f"{says[0].upper()}{says[1:]}."

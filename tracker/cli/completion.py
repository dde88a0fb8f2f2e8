"""`tracker completion`: what a shell needs to complete commands and options."""

from argparse import Namespace

from tracker.cli.arguments import COMMANDS, Commands, Parser, command, parser_of, parsers_of

SHELLS = ("bash", "zsh", "fish")


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "completion",
        run_completion,
        about="Print the script by which a shell completes commands, options and their fixed"
        " words. It is made from the options themselves: print it anew after an upgrade.",
        examples=(
            ("tracker completion bash > /etc/bash_completion.d/tracker", "for everybody's bash"),
            (
                "tracker completion zsh > /usr/share/zsh/site-functions/_tracker",
                "for everybody's zsh",
            ),
        ),
    )
    parser.add_argument("shell", choices=SHELLS, help="whose script to print")


def run_completion(args: Namespace) -> int:
    """Print the script."""
    import shtab  # noqa: PLC0415 -- no other command needs it

    print(shtab.complete(_parser(), shell=args.shell).rstrip())
    return 0


def _parser() -> Parser:
    """Return all commands; a shell shows one line of each, and cuts what is longer."""
    parser = parser_of(frozenset(COMMANDS))
    for name, one in parsers_of(parser).items():
        one.description = COMMANDS[name]
    return parser

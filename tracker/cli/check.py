"""`tracker check`: every fault of every file, and what each phrase comes to."""

import json
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tracker.app.phrases import PhraseRow, phrases_of
from tracker.app.templates import strange_templates_in, template_problems_in
from tracker.cli.arguments import Commands, command
from tracker.cli.reading import must_exist, remembered
from tracker.cli.wrapping import say
from tracker.errors import Problem, QuestionError
from tracker.loading.files import shown_path
from tracker.loading.world import Reading, read_world
from tracker.report import problem_json, show_problems

MOST_RESULTS = 3


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "check",
        run_check,
        about="Validate config.toml, campaigns, forums, playbooks, working days and your own"
        " templates, all faults at once, and show what each date phrase of the sound campaigns"
        " comes to. Exit code 1 if there is an error; warnings do not change it.",
        examples=(
            ("tracker check", "every file that config.toml leads to"),
            (
                "tracker check campaigns/hrw-osce-ambassadors.toml --json",
                "one campaign, one problem a line as JSON; nothing if it is sound",
            ),
        ),
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all files")
    parser.add_argument("--json", action="store_true", help="one problem a line")


def run_check(args: Namespace) -> int:
    """Print the problems, then what the phrases come to; 1 if there is an error."""
    must_exist(args)
    now: datetime = args.clock()
    reading = read_world(args.config, now=now)
    found = (*reading.problems, *_of_templates(args, reading))
    chosen = _chosen(args.files, reading, found)
    problems = [one for one in found if not chosen or one.file in chosen]
    if args.json:
        for one in problems:
            print(json.dumps(problem_json(one), ensure_ascii=False))
    else:
        _show(problems, reading, chosen, _kept(args, reading, problems))
        _show_phrases(reading, chosen, now)
    return 1 if any(one.severity == "error" for one in problems) else 0


def _of_templates(args: Namespace, reading: Reading) -> tuple[Problem, ...]:
    if reading.config is None:
        return ()
    folder = args.config.parent / reading.config.templates
    return (*template_problems_in(folder), *strange_templates_in(folder))


def _chosen(
    files: Sequence[Path], reading: Reading, problems: Iterable[Problem]
) -> frozenset[str]:
    """Return the files asked for as the problems name them; QuestionError for a stranger."""
    known = {str(one.path) for one in reading.files} | {one.file for one in problems}
    asked = [str(shown_path(file)) for file in files]
    for file in asked:
        if file not in known:
            raise QuestionError(_stranger(file, reading))
    return frozenset(asked)


def _stranger(file: str, reading: Reading) -> str:
    if not Path(file).exists():
        return f"There is no file {file}."
    return (
        f"{file} is none of the files that {reading.config_path} leads to: put it into the"
        " campaigns folder, or name its own config.toml with --config."
    )


def _kept(args: Namespace, reading: Reading, problems: list[Problem]) -> Mapping[str, str]:
    """Say of when the versions are that stay in force; only where there is an error to tell."""
    if all(one.severity == "warning" for one in problems):
        return {}
    return remembered(args, reading, now=args.clock()).kept


def _show(
    problems: list[Problem], reading: Reading, chosen: frozenset[str], kept: Mapping[str, str]
) -> None:
    files = sum(one.kind == "campaign" for one in reading.files)
    if problems:
        config = str(reading.config_path)
        say(show_problems(problems, files=files, kept=kept, config=config))
    else:
        count = len(chosen) if chosen else len(reading.files)
        print(f"{count} file{'s are' if count != 1 else ' is'} sound.")


def _show_phrases(reading: Reading, chosen: frozenset[str], now: datetime) -> None:
    """Print what each phrase of the campaigns in force comes to."""
    if reading.world is None:
        return
    paths = {one.id: str(one.path) for one in reading.files if one.kind == "campaign"}
    for campaign_id in sorted(reading.world.campaigns):
        if not chosen or paths.get(campaign_id) in chosen:
            print(f"\n{paths.get(campaign_id, campaign_id)}")
            for row in phrases_of(campaign_id, reading.world, now=now):
                _show_row(row)


def _show_row(row: PhraseRow) -> None:
    say(f"  {row.where}: {row.phrase}")
    for one in row.found[:MOST_RESULTS]:
        said = "; ".join(filter(None, (one.said, one.why, one.repeats)))
        say(f"    {said}")
    more = len(row.found) - MOST_RESULTS
    if more > 0:
        say(f"    and {more} more, the last: {row.found[-1].said}")

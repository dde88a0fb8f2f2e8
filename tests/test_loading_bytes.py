"""Any bytes at all give a shape or problems: never a traceback, never much time or memory."""

import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tracker.campaign import Campaign, Playbook
from tracker.checking import campaign_faults, playbook_faults
from tracker.errors import Fault, Problem
from tracker.loading import FileKind, Shape, read_text
from tracker.loading.checks import own_faults
from tracker.loading.one_file import read_data
from tracker.loading.world import read_world
from tracker.report import problem_json, show_problems

SOUND = Path(__file__).parent / "campaigns" / "sound"
PATHS: dict[FileKind, str] = {
    "campaign": "campaigns/everything.toml",
    "forum": "campaigns/forums/council.toml",
    "playbook": "campaigns/playbooks/rapid.toml",
    "workdays": "campaigns/workdays/vienna.toml",
    "config": "config.toml",
}
FILES = {kind: (SOUND / path).read_bytes() for kind, path in PATHS.items()}
NOW = datetime(2010, 11, 20, 9, tzinfo=UTC)
KINDS: st.SearchStrategy[FileKind] = st.sampled_from(list(PATHS))
WORLD = read_world(SOUND / "config.toml").world
WORDS = st.sampled_from(
    [
        b'"',
        b"'''",
        b"[[ask]]",
        b"[",
        b"]",
        b"{",
        b"=",
        b"\n",
        b"\r",
        b"\x00",
        b"\xff",
        b" to ",
        b"#",
        b"2010-06-31",
        b"9" * 30,
        "\u202e".encode(),
        "ü".encode(),
        b"24 June",
        b"true",
        b"each ask",
    ]
)


@given(KINDS, st.binary(max_size=300))
def test_any_bytes_give_a_shape_or_problems(kind: FileKind, data: bytes):
    told(kind, data)


@given(st.text(max_size=200))
def test_any_text_as_a_value_gives_a_shape_or_problems(text: str):
    quoted = "".join(f"\\U{ord(sign):08x}" if sign < "\ud800" else "?" for sign in text)
    lines = [f'{key} = "{quoted}"\n' for key in ("title", "dated", "paused", "playbook", "kind")]

    told("campaign", ("".join(lines) + 'coordinators = ["vienna"]\n').encode())


@st.composite
def mutations(draw: st.DrawFn) -> tuple[FileKind, bytes]:
    """Draw a sound file that was cut, swapped, spliced or typed into."""
    kind = draw(KINDS)
    data = FILES[kind]
    for _ in range(draw(st.integers(1, 3))):
        begin, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.sampled_from(["cut", "swap", "splice", "type", "lines"])):
            case "cut":
                data = data[:begin] + data[end:]
            case "swap":
                data = data[end:] + data[begin:end] + data[:begin]
            case "splice":
                data = data[:begin] + FILES[draw(KINDS)][begin:end] + data[begin:]
            case "type":
                data = data[:begin] + draw(WORDS) + data[begin:]
            case _:
                lines = data.splitlines(keepends=True)
                data = b"".join(draw(st.permutations(lines[:12])) + lines[12:])
    return kind, data


@given(mutations())
def test_a_sound_file_spoilt_gives_a_shape_or_problems(spoilt: tuple[FileKind, bytes]):
    kind, data = spoilt

    told(kind, data)

    found = read_data(kind, "x", Path("x.toml"), data)
    if found.draft is not None:
        found.draft.faults(whole)
    elif found.shape is not None:
        whole(found.shape)


def whole(shape: Shape) -> list[Fault]:
    """Look at a file among the others, as a draft is looked at, too."""
    assert WORLD is not None
    if isinstance(shape, Campaign):
        return campaign_faults("x", shape, WORLD, now=NOW)
    if isinstance(shape, Playbook):
        return playbook_faults(shape, WORLD.config)
    return own_faults("x", shape)


@pytest.mark.parametrize("kind", list(PATHS))
def test_a_file_cut_at_any_byte_gives_a_shape_or_problems(kind: FileKind):
    data = FILES[kind]

    for length in range(0, len(data), 3):
        told(kind, data[:length])


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_letter_cut_in_two_is_named(length: int):
    whole = 'title = "会"'.encode()

    _, problems = read_text("campaign", "x", Path("x.toml"), whole[: 9 + length])

    assert [one.code for one in problems] == ["not-utf-8" if length < 3 else "quotes-open"]


def test_marks_and_windows_line_ends_are_accepted():
    data = b"\xef\xbb\xbf" + FILES["campaign"].replace(b"\n", b"\r\n")

    shape, problems = read_text("campaign", "x", Path("x.toml"), data)
    as_saved, _ = read_text("campaign", "x", Path("x.toml"), FILES["campaign"])

    assert problems == []
    assert shape == as_saved


def test_a_fault_in_a_file_with_windows_line_ends_has_its_place():
    data = b"\xef\xbb\xbf" + FILES["campaign"]
    data = data.replace(b'stance  = "undecided"', b'stance  = "undecidd"').replace(b"\n", b"\r\n")

    _, problems = read_text("campaign", "x", Path("x.toml"), data)

    (one,) = problems
    line = next(n for n, text in enumerate(data.split(b"\r\n"), 1) if b"undecidd" in text)
    assert (one.line, one.column, one.width) == (line, 11, len('"undecidd"'))
    assert one.excerpt == 'stance  = "undecidd"'


HUGE = {
    "one line": b'title = "' + b"x" * 4_000_000 + b'"',
    "many keys": b"".join(b"k%d = 1\n" % number for number in range(100_000)),
    "many values": b"title = [" + b"1," * 500_000 + b"]",
    "many wrong leads": b'[[deadline]]\nremind = "x"\n' * 15_000,
    "dotted keys": b".".join([b"a"] * 20_000) + b" = 1",
    "nested lists": b"a = " + b"[" * 500 + b"]" * 500,
    "half nested lists": b"a = " + b"[" * 2_000_000,
    "wide in the deep": b"a = " + b"[" * 390 + b"1," * 180_000 + b"]" * 390,
    "headings": b"[a.b.c.d.e.f.g.h.i.j.k.l]\n" * 140_000,
    "quotes": b'"' * 4_000_000,
    "backslashes": b'a = "' + b"\\\\" * 1_990_000 + b'"',
    "spaces": b"a = [" + b" " * 4_000_000,
    "comments": b"# x\n" * 300_000,
    "carriage returns": b"\r" * 4_000_000,
    "braces": b"a = {" * 800_000,
    "bad lines": b"a = b c\n" * 500_000,
    "markers": b"<<<<<<< \n" * 400_000,
    "a long phrase": b'dated = "' + b"working " * 500_000 + b'"',
}


@pytest.mark.parametrize("name", list(HUGE))
def test_huge_files_of_anything_stay_small(name: str):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    told("campaign", HUGE[name])

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # KiB


def told(kind: FileKind, data: bytes) -> Shape | None:
    """Read bytes, and see that they give either a shape or problems that can be shown."""
    shape, problems = read_text(kind, "x", Path("campaigns/x.toml"), data)
    assert (shape is None) == any(one.severity == "error" for one in problems)
    for one in problems:
        _check(one)
    show_problems(problems, files=1)
    return shape


def _check(problem: Problem) -> None:
    assert problem.line >= 1
    assert problem.column >= 1
    assert problem.message
    assert len(problem.message) < 1000
    assert "\n" not in problem.message
    assert len(problem.excerpt) < 500
    assert all(
        sign == "\t" or sign.isprintable() or sign in "\u200c\u200d" for sign in problem.message
    )
    assert problem_json(problem)["code"] == problem.code

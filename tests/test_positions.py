"""Every key and value of a TOML text is found where it stands, and nothing else is."""

from collections.abc import Iterator
from typing import Any

import pytest
import tomli
from hypothesis import assume, example, given, strategies as st

from tracker.errors import KeyPath
from tracker.loading.positions import DEEPEST, Spot, line_and_column, spots_of

KEYS = st.sampled_from(
    ["a", "b", "due", "follow-up", "1", "-", '"a b"', "'c.d'", '"\\u0065e"', '"ü"', "''"]
)
BLANK = st.sampled_from(["", " ", "\t", "  "])
BREAK = st.sampled_from(["", "\n", ' # no ] nor } nor "\n', "\n\n  ", "\t"])
SCALARS = st.sampled_from(
    [
        "1",
        "0x1f",
        "1_000",
        "3.5e2",
        "true",
        "2010-06-24",
        "2010-06-24 10:00:00",
        "2010-06-24T10:00:00+02:00",
        "10:00",
        '""',
        "''",
        '"a # b ] } , \\" \\\\"',
        "'C:\\x # ]'",
        '"ü 会議"',
        '"""one\n"two" \\\n  three\\""""',
        '"""ends with quotes"""""',
        "'''it''s\n# no comment'''",
        "'''ends'''''",
    ]
)


@st.composite
def arrays(draw: st.DrawFn, inside: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(inside, max_size=3))
    gaps = [f"{draw(BREAK)}{part}{draw(BREAK)}" for part in parts]
    comma = draw(st.sampled_from(["", ","])) if parts else ""
    return f"[{','.join(gaps)}{comma}{draw(BREAK)}]"


@st.composite
def tables(draw: st.DrawFn, inside: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(KEYS, max_size=3, unique_by=_name))
    pairs = [f"{draw(BLANK)}{draw(_dotted(key))}{draw(BLANK)}={draw(inside)}" for key in keys]
    return f"{{{','.join(pairs)}{draw(BLANK)}}}"


def _dotted(key: str) -> st.SearchStrategy[str]:
    return st.sampled_from([key, f"{key}.x", f"{key} . y.'z w'"])


def _name(key: str) -> str:
    return next(iter(tomli.loads(f"{key} = 1")))


VALUES = st.recursive(SCALARS, lambda inside: arrays(inside) | tables(inside), max_leaves=6)


@st.composite
def pairs(draw: st.DrawFn) -> str:
    keys = draw(st.lists(KEYS, max_size=4, unique_by=_name))
    lines = [
        f"{draw(BLANK)}{draw(_dotted(key))}{draw(BLANK)}={draw(BLANK)}{draw(VALUES)}{draw(BLANK)}"
        for key in keys
    ]
    comments = [line + draw(st.sampled_from(["", "# [[x]] = 1"])) for line in lines]
    return "".join(f"{line}\n" for line in comments)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw a TOML text; headings come back, nest, and stand before their parents."""
    names = st.lists(st.sampled_from(["t", "u", "'v w'", "x"]), min_size=1, max_size=3)
    text = draw(pairs())
    for _ in range(draw(st.integers(0, 5))):
        name = f"{draw(BLANK)}.{draw(BLANK)}".join(draw(names))
        double = draw(st.booleans())
        heading = f"[[{name}]]" if double else f"[{draw(BLANK)}{name}]"
        text += f"{draw(BLANK)}{heading}{draw(BLANK)}\n{draw(pairs())}"
    return text


@given(documents())
def test_every_path_of_a_document_is_found_and_no_other(text: str):
    values = _loaded(text)

    assert set(spots_of(text)) == {path for path, _ in _walk(values)}


@given(documents())
def test_what_stands_at_a_spot_is_the_value_with_its_key(text: str):
    values = _loaded(text)
    spots = spots_of(text)

    for path, value in _walk(values):
        spot = spots[path]
        _check_key(text, path, spot)
        stands = text[spot.start : spot.end]
        assert stands == stands.strip()
        if spot.start < spot.key:
            assert stands.startswith("[")
            assert stands.endswith("]")
        elif isinstance(value, (dict, list)) and (spot.start, spot.end) == (
            spot.key,
            spot.key_end,
        ):
            assert not isinstance(path[-1], int) or tomli.loads(f"x={stands}")["x"] == value
        else:
            assert tomli.loads(f"x={stands}")["x"] == value


def _check_key(text: str, path: KeyPath, spot: Spot) -> None:
    name = next(part for part in reversed(path) if isinstance(part, str))
    key = text[spot.key : spot.key_end]
    if isinstance(path[-1], str) or spot.start < spot.key:
        assert _name(key) == name
    else:
        assert (spot.key, spot.key_end)[0] == spot.start


def _loaded(text: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError:
        assume(False)  # noqa: FBT003 -- Hypothesis' own way to pass over an example
        raise


def _walk(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    if path:
        yield path, value
    if len(path) == DEEPEST:
        return
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _walk(inside, (*path, key))
    if isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _walk(inside, (*path, number))


@example("[1")
@example("[[1]")
@given(st.text(alphabet="ab.=[]{}\"'\\#,\n 12-ü", max_size=60))
def test_a_text_that_is_no_toml_is_read_as_far_as_it_goes(text: str):
    for spot in spots_of(text).values():
        assert 0 <= spot.key <= spot.key_end <= len(text)
        assert 0 <= spot.start <= spot.end <= len(text)


@given(st.text(alphabet="aü\n\t", max_size=40), st.data())
def test_lines_and_columns_count_from_one_in_characters(text: str, data: st.DataObject):
    offset = data.draw(st.integers(0, len(text)))

    line, column = line_and_column(text, offset)

    lines = text.split("\n")
    assert sum(len(one) + 1 for one in lines[: line - 1]) + column - 1 == offset
    assert 1 <= column <= len(lines[line - 1]) + 1


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 400 + "]" * 400,
        "a = " + "[" * 399 + "1," * 20_000 + "]" * 399,
        "a = [" + "1," * 100_000 + "]",
        'a = """' + '"" \\" x' * 100_000 + '"""',
        "[" + ".".join(["a"] * 900) + "]\n" + ".".join(["b"] * 900) + " = 1",
    ],
    ids=["deep", "deep and wide", "wide", "long", "many parts"],
)
def test_large_texts_are_read_in_little_memory(text: str):
    spots = spots_of(text)

    assert max(len(path) for path in spots) <= DEEPEST
    assert spots["a",].key == text.index("a")

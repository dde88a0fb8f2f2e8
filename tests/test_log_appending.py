"""A fact at the end of a file: the bytes before it stay, whatever they are."""

from datetime import date, datetime, timedelta, timezone

import tomli
from hypothesis import given, strategies as st

from tracker.appending import BYTE_ORDER_MARK, NewFact, appended, log_lines

DELIVERED = NewFact(on=date(2010, 6, 22), fact="delivered")
OUTCOME = NewFact(
    on=date(2010, 6, 24),
    fact="outcome",
    ask="mission",
    meeting=date(2010, 6, 24),
    result="deferred",
    to=date(2010, 7, 1),
)


def test_a_fact_is_a_table_with_its_equals_signs_in_one_column():
    assert log_lines(OUTCOME) == (
        "[[log]]",
        "on      = 2010-06-24",
        'fact    = "outcome"',
        'ask     = "mission"',
        "meeting = 2010-06-24",
        'result  = "deferred"',
        "to      = 2010-07-01",
    )


def test_an_hour_is_kept_with_its_zone_or_without_one():
    local = datetime(2010, 6, 22, 15, 30)
    abroad = local.replace(tzinfo=timezone(timedelta(hours=2)))

    assert "on   = 2010-06-22T15:30:00" in log_lines(NewFact(on=local, fact="delivered"))
    assert "on   = 2010-06-22T15:30:00+02:00" in log_lines(NewFact(on=abroad, fact="delivered"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back_as_it_was_said(note: str):
    text = "\n".join(log_lines(NewFact(on=date(2010, 6, 22), fact="note", note=note)))

    assert tomli.loads(text) == {"log": [{"on": date(2010, 6, 22), "fact": "note", "note": note}]}


@given(st.binary(), st.sampled_from([DELIVERED, OUTCOME]))
def test_every_byte_before_the_fact_is_kept(before: bytes, fact: NewFact):
    after = appended(before, log_lines(fact))

    assert after.startswith(before)
    block = after[len(before) :].decode()
    assert block.split() == "\n".join(log_lines(fact)).split()


LINES = st.lists(
    st.sampled_from(['title = "x"', "", "# a note", "[[ask]]", 'id = "Köln"', "n = 1"]),
    max_size=8,
)


@given(
    LINES,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "# the last line"]),
    st.sampled_from([b"", BYTE_ORDER_MARK]),
)
def test_line_ends_stay_as_the_file_has_them(lines: list[str], end: str, last: str, mark: bytes):
    before = mark + end.join([*lines, last]).encode()

    after = appended(before, log_lines(OUTCOME))

    added = after[len(before) :]
    expected = end.encode() if end.encode() in before else b"\n"
    assert added.count(b"\n") == added.count(expected)
    assert added.endswith(expected)
    assert after.startswith(before)


def test_one_empty_line_stands_before_the_fact():
    block = b'[[log]]\non   = 2010-06-22\nfact = "delivered"\n'
    for before, gap in (
        (b"", b""),
        (BYTE_ORDER_MARK, b""),
        (b"a = 1", b"\n\n"),
        (b"a = 1\n", b"\n"),
        (b"a = 1\n\n", b""),
        (b"\n", b""),
    ):
        assert appended(before, log_lines(DELIVERED)) == before + gap + block


def test_the_tables_of_a_file_do_not_change_when_a_fact_joins_it():
    before = '\ufefftitle = "x"\r\n[[ask]]\r\nid = "a"\r\n[[log]]\r\nfact = "note"'.encode()

    after = appended(before, log_lines(OUTCOME)).decode("utf-8-sig").replace("\r\n", "\n")

    read = tomli.loads(after)
    assert read["ask"] == [{"id": "a"}]
    assert [fact["fact"] for fact in read["log"]] == ["note", "outcome"]

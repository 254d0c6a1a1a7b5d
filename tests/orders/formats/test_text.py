"""The forms in which text files come: encodings, separators, line ends, quotation marks, giant and broken rows."""

from __future__ import annotations

from io import BytesIO

import pytest

from salur.orders.formats import ParsedOrder, ReadOptions, RowProblem, read_orders

from .files import NOW, own, problems, read, refusal, table, taken

NOTE = 'say “hi”\n"ทดสอบ"'
ROWS = [own(item_name="Mug; blue,\tlarge", note=NOTE), own(line_id="2", sku="PLATE", note=NOTE), own(order_id="A2")]
PLAIN = read(table(ROWS))


def test_the_plain_form_is_read_as_meant() -> None:
    assert [result.order.note for result in PLAIN if isinstance(result, ParsedOrder)] == [NOTE, "ring twice"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separator_encoding_and_line_ends_make_no_difference(separator: str, encoding: str, newline: str) -> None:
    if encoding == "utf-16-be-bom":
        content = "\ufeff".encode("utf-16-be") + table(ROWS, separator=separator, encoding="utf-16-be", newline=newline)
    else:
        content = table(ROWS, separator=separator, encoding=encoding, newline=newline)
    assert read(content) == PLAIN


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_separator_line_is_obeyed_and_not_counted(separator: str) -> None:
    assert read(f"sep={separator}\r\n".encode() + table(ROWS, separator=separator)) == PLAIN


def test_a_separator_line_with_another_character_is_refused() -> None:
    assert refusal(b"sep=x\r\n" + table(ROWS)).code == "separator"


def test_blank_rows_are_passed_over_and_counted() -> None:
    header, *lines = table([own(), own(order_id="A2", quantity="0")]).split(b"\r\n")
    commas = b"," * header.count(b",")
    content = b"\r\n".join([b"", header, b"", lines[0], commas, b"  ", lines[1], b""])
    assert taken(content) == ["A1"]
    assert problems(content) == [(7, "quantity", "bad_quantity", "A2")]


def test_a_cell_of_several_text_lines_is_one_row() -> None:
    rows = [own(note="a\nb\nc"), own(order_id="A2", quantity="0")]
    assert problems(table(rows)) == [(3, "quantity", "bad_quantity", "A2")]


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp874", "สมชาย"), ("cp1252", "Müller"), ("cp932", "田中"), ("gb18030", "王伟")]
)
def test_bytes_of_another_encoding_are_named_by_line_and_column_and_the_rest_is_read(encoding: str, name: str) -> None:
    content = table([own(), own(order_id="A2", recipient_name=name), own(order_id="A3")], encoding=encoding)
    assert taken(content) == ["A1", "A3"]
    assert problems(content) == [(3, "recipient_name", "bad_bytes", "A2")]
    options = ReadOptions(encoding=encoding)
    said = list(read_orders(BytesIO(content), zone="UTC", now=NOW, options=options))
    assert [item.order.address.name for item in said if isinstance(item, ParsedOrder)] == [
        "Somchai Jaidee",
        name,
        "Somchai Jaidee",
    ]


def test_a_wrong_byte_in_a_column_that_nobody_reads_spoils_nothing() -> None:
    content = table([{**own(), "internal": "Müller"}], encoding="cp1252")
    assert taken(content) == ["A1"]


def test_a_wrong_encoding_that_was_said_is_seen_by_its_cells() -> None:
    content = table([own(), own(order_id="A2", recipient_name="สมชาย")])
    said = list(read_orders(BytesIO(content), zone="UTC", now=NOW, options=ReadOptions(encoding="big5")))
    assert [item.code for item in said if isinstance(item, RowProblem)] == ["bad_bytes"]


def test_a_broken_utf_16_file_names_its_line_too() -> None:
    refused = refusal(table([own(), own(order_id="A2")], encoding="utf-16") + b"\n\x00\x00\xdc")
    assert (refused.code, refused.detail["line"]) == ("encoding", "5")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\r\n \r\n", "empty_file"),
        (b"sep=;", "empty_file"),
        (b"\xff\xfe\x00\x00o\x00\x00\x00", "encoding"),
        ("order_id,sku".encode("utf-16-le"), "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_workbook"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not_text"),
        (b"hello", "unknown_header"),
        (b"," * 2_000 + b"x", "too_many_columns"),
        (b"x" * 300_000, "unknown_header"),
        (b'"' + b"x" * 300_000, "unknown_header"),
    ],
)
def test_what_is_no_order_file_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_a_file_with_a_header_only_holds_no_orders() -> None:
    assert read(table([own()]).split(b"\r\n")[0]) == []


def test_too_few_or_too_many_cells_spoil_their_order() -> None:
    lines = table([own(), own(order_id="A2"), own(order_id="A3"), own(order_id="A4")]).split(b"\r\n")
    lines[2] = lines[2].rsplit(b",", 1)[0]
    lines[3] += b",surplus"
    lines[4] += b",,"
    content = b"\r\n".join(lines)
    assert problems(content) == [(3, "", "too_few_cells", "A2"), (4, "", "too_many_cells", "A3")]
    assert taken(content) == ["A1", "A4"]


def test_a_short_row_spoils_the_rows_of_its_order_before_and_after_it() -> None:
    lines = table([own(line_id="1"), own(line_id="2"), own(line_id="3"), own(order_id="B1")]).split(b"\r\n")
    lines[2] = b"A1,paid"
    assert taken(b"\r\n".join(lines)) == ["B1"]
    lines[1], lines[2] = lines[2], lines[1]
    assert taken(b"\r\n".join(lines)) == ["B1"]


@pytest.mark.parametrize("opening", ["", '"', '"line\n'])
def test_a_giant_cell_spoils_its_order_and_reading_goes_on(opening: str) -> None:
    giant = opening + "x" * 10_000_000 + ('"' if opening else "")
    lines = table([own(), own(order_id="A2", note="GIANT"), own(order_id="A3")]).decode().replace("GIANT", giant)
    assert problems(lines.encode()) == [(3, "", "cell_too_large", "A2")]
    assert taken(lines.encode()) == ["A1", "A3"]


def test_a_giant_quoted_cell_of_many_short_lines_is_cut_too() -> None:
    giant = '"' + 'x ""quoted"" y\n' * 50_000 + '"'
    content = table([own(), own(order_id="A2", note="GIANT"), own(order_id="A3")]).decode().replace("GIANT", giant)
    assert problems(content.encode()) == [(3, "", "cell_too_large", "A2")]
    assert taken(content.encode()) == ["A1", "A3"]


def test_a_quotation_mark_never_closed_is_reported_where_it_opened() -> None:
    rows = [own(order_id=f"A{number}", item_name="Mug", note="OPEN" if number == 2 else "") for number in range(1, 5)]
    content = table(rows).replace(b"OPEN", b'"open')
    assert problems(content) == [(3, "", "quote_not_closed", "A2")]
    assert taken(content) == ["A1"]
    rows += [own(order_id=f"B{number}", item_name="Mug", note="") for number in range(2_000)]
    content = table(rows).replace(b"OPEN", b'"open')
    assert problems(content) == [(3, "", "quote_not_closed", "A2")]


def test_rows_swallowed_between_two_stray_quotation_marks_make_no_order() -> None:
    rows = [own(order_id=f"A{n}", item_name="Mug", note="STRAY" if n in (2, 4) else "") for n in range(1, 6)]
    content = table(rows).replace(b"STRAY", b'"stray', 1).replace(b"STRAY", b'stray"', 1)
    assert problems(content) == [(3, "", "bad_quotes", "A2")]
    assert taken(content) == ["A1", "A5"]


def test_a_quotation_mark_in_the_middle_of_a_quoted_cell_spoils_its_order_only() -> None:
    content = table([own(), own(order_id="A2", note="MARK"), own(order_id="A3")]).replace(b"MARK", b'"a 5" pipe"')
    assert problems(content) == [(3, "", "bad_quotes", "A2")]
    assert taken(content) == ["A1", "A3"]


def test_a_quotation_mark_in_an_unquoted_cell_is_text() -> None:
    content = table([own(note="MARK")]).replace(b"MARK", b'a 5" pipe')
    (result,) = read(content)
    assert getattr(result, "order").note == 'a 5" pipe'  # noqa: B009 - a RowProblem would fail here, as it should

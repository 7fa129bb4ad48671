"""What the command prints is text: nothing in it reaches the terminal as a command."""

import io
import json

from napress.cases.cli import output
from napress.cases.cli.output import complain, print_json, print_text

HOSTILE = "a\x1b]0;owned\x07 \x9b31m \u202eb \u00e4 \u2192"


def test_control_characters_of_a_title_are_not_printed_raw(capsys):
    print_text(f"{HOSTILE}\nsecond line")
    complain(HOSTILE)
    captured = capsys.readouterr()
    for text in captured:
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
        assert "\u00e4 \u2192" in text
    assert captured.out.count("\n") == 2


def test_json_escapes_them_and_reads_back(capsys):
    print_json({"title": HOSTILE})
    text = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert json.loads(text) == {"title": HOSTILE}


def test_a_complaint_that_nobody_reads_is_no_error(monkeypatch):
    class ReaderLeft(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(output.sys, "stderr", ReaderLeft())
    output.complain("something")
    output.print_progress("something")

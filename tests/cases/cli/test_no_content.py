"""What stands in a file that is not what it should be is not printed: it may be a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from napress.cases.cli.main import main

SECRET = "Xq7secret"
CASE = """
title = "case"
surface = [{{ {surface} }}]
interface = {{ width = "10 um", elements = 8 }}
sodium = {{ material = "{metal}", thickness = "5 um" }}
ceramic = {{ material = "nzsp", thickness = "5 um" }}
program = [{{ pressure = "0.1 MPa" }}]
"""
WAVE = 'kind = "sinusoid", amplitude = "0.05 um", wavelength = "10 um"'
SODIUM = "sodium-wang-2020"
CONTENTS = {
    "accounts": f"{SECRET}:x:0:0:{SECRET}:/root:/bin/sh\n{SECRET}:x:1:1::/bin:/bin/sh\n",
    "table": f"{SECRET} {SECRET}\n1 2\n{SECRET} 3\n",
    "units": f"x [{SECRET}], z [{SECRET}]\n0, 1\n1, 2\n2, 3\n",
    "numbers": f"0 1\n1 2\n2 {SECRET}\n3 4\n",
    "toml": f'password = "{SECRET}"\n[{SECRET[:3]}]\nb = "{SECRET}"\n',
    "ini": f"[login]\npassword={SECRET}\n",
    "key": f"-----BEGIN KEY-----\n{SECRET}==\n-----END KEY-----\n",
    "json": f'{{"token": "{SECRET}"}}\n',
    "bytes": f"\x7f\x00\x01{SECRET}\x00",
}


def _said(capsys, *words: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    shown = capsys.readouterr()
    assert ended.value.code != 0
    return shown.out + shown.err


@pytest.mark.parametrize("content", CONTENTS)
def test_no_command_prints_what_a_wrong_file_holds(tmp_path, monkeypatch, capsys, content):
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.txt"
    other.write_text(CONTENTS[content])
    case = tmp_path / "case.toml"

    def validate(surface: str = WAVE, metal: str = SODIUM, more: str = "") -> None:
        case.write_text(CASE.format(surface=surface, metal=metal) + more)
        assert SECRET not in _said(capsys, "validate", case)

    for kind in ("profile", "map"):
        validate(f'kind = "{kind}", file = "other.txt"')
    validate(metal=str(other))
    case.write_text(CASE.format(surface=WAVE, metal=SODIUM) + '[window]\npellet = "other.txt"\n')
    assert SECRET not in _said(capsys, "window", case)
    case.write_text(CASE.format(surface=WAVE, metal=SODIUM))
    for command in ("validate", "run", "pellet"):
        assert SECRET not in _said(capsys, command, other)
    assert SECRET not in _said(capsys, "sweep", other, "--dry-run")
    (tmp_path / "s.toml").write_text('base = "other.txt"\n[grid]\n"sodium.thickness" = ["5 um"]\n')
    assert SECRET not in _said(capsys, "sweep", "s.toml", "--dry-run")
    assert SECRET not in _said(capsys, "fit", other, "--case", case)

"""Completion in the shell: printed, installed, and asked by bash itself."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from phasesim.cli.app import COMMANDS, main
from phasesim.errors import EXIT_IO, EXIT_OK, EXIT_USAGE

#: what bash does when Tab is pressed after the words
ASK = """
source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
function=$(complete -p phasesim | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$function phasesim "${@: -1}" "${@: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed(shell, capsys):
    assert main(["completion", shell]) == EXIT_OK
    text = capsys.readouterr().out
    assert all(name in text for name in COMMANDS) and "dry-run" in text


def test_another_shell_is_refused(capsys):
    assert main(["completion", "tcsh"]) == EXIT_USAGE
    assert "bash" in capsys.readouterr().err


def test_it_is_installed_for_the_user(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["completion", "bash", "--install"]) == EXIT_OK
    said = capsys.readouterr().err
    (path,) = tmp_path.rglob("completions/phasesim")
    assert said.startswith(f"{path}: written")
    assert str(path) in (tmp_path / ".bashrc").read_text()


def test_a_home_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    assert main(["completion", "bash", "--install"]) == EXIT_IO
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("words", "found"),
    [(["run", "--dr"], "--dry-run"), (["exp"], "explore"), (["theory", "b"], "boundary")],
)
def test_bash_completes(words, found, tmp_path, capsys):
    main(["completion", "bash"])
    script = tmp_path / "phasesim"
    script.write_text(capsys.readouterr().out)
    asked = ["bash", "-c", ASK, str(script), "phasesim", *words]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=20)
    assert found in done.stdout.split(), done.stderr

"""What the package never does: run what a file says, write HDF5 in place, open the network."""

from __future__ import annotations

import ast
from pathlib import Path

import phasesim

PACKAGE = Path(phasesim.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
#: modules that fetch, serve or run; `socket` only names this host
FETCHING = {"http", "urllib", "requests", "httpx", "ftplib", "smtplib", "telnetlib", "xmlrpc",
            "socketserver", "asyncio", "ssl", "yaml", "ctypes"}  # fmt: skip
#: what may be asked of `socket`
HARMLESS = {"gethostname"}


def calls(path):
    """(name of the callable, the call) of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def keyword(node, name):
    """The value of a keyword argument that is a constant, else None."""
    found = [k.value for k in node.keywords if k.arg == name]
    return found[0].value if found and isinstance(found[0], ast.Constant) else None


def imported(path):
    """Top-level packages that a file imports anywhere."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def wrong(path):
    """What a file does that no file of the package may do."""
    yield from FETCHING & set(imported(path))
    for name, node in calls(path):
        if keyword(node, "shell") is True or keyword(node, "allow_pickle"):
            yield name
        if name in ("os.system", "os.popen", "pickle.loads", "eval", "exec"):
            yield name
        if name.startswith("socket.") and name.removeprefix("socket.") not in HARMLESS:
            yield name
        if name.endswith("h5py.File") and keyword(node, "mode") not in ("r", "x"):
            yield f"{name} with mode {keyword(node, 'mode')!r}"


def test_no_file_does_what_none_may():
    found = {str(p.relative_to(PACKAGE)): list(wrong(p)) for p in FILES}
    assert {path: what for path, what in found.items() if what} == {}


def test_what_none_may_do_is_found(tmp_path):
    path = tmp_path / "x.py"
    for text in (
        "import urllib.request", "from http import server", "import yaml",
        "subprocess.run('ls', shell=True)", "np.load(x, allow_pickle=True)", "eval(x)",
        "socket.create_server(a)", "h5py.File(p)", "h5py.File(p, mode='a')", "os.system(x)",
    ):  # fmt: skip
        path.write_text(text)
        assert list(wrong(path)), text


WATCHED = """
    import os, sys, warnings
    seen = []

    def watch(event, arguments):
        if event in ("socket.bind", "socket.connect", "socket.listen", "socket.sendto",
                     "urllib.Request", "pickle.find_class", "os.system"):
            seen.append((event, str(arguments)))

    sys.addaudithook(watch)
    from phasesim.cli.app import main
    open("x.toml", "w").write("n_features = 2\\nn_hidden = 1\\nn_steps = 3\\nbatch_size = 8\\n")
    quiet = ["--quiet", "--no-cache"]
    codes = [main(words) for words in (
        ["config", "check", "x.toml"], ["run", "x.toml", *quiet], ["run", "x.toml", *quiet],
        ["status", "x.h5"], ["info", "x.h5"], ["export", "x.h5", "-o", "x.csv"], ["list"],
    )]
    os.remove("x.h5.sha256")
    warnings.simplefilter("default")
    codes.append(main(["info", "x.h5"]))
    print(codes, seen)
"""


def test_commands_neither_connect_nor_listen_nor_unpickle(python):
    out = python(WATCHED)
    assert out.splitlines()[-1] == f"{[0] * 8} []"

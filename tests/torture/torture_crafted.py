"""Files that somebody made on purpose: each would fool, starve or hang a trusting reader."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

#: name -> makes the file; given its path and that of a secret it must not reach
CRAFTED: dict[str, Callable[[Path, Path], None]] = {}


def crafted(name: str) -> Callable:
    """Register under a name."""

    def add(make: Callable[[Path, Path], None]) -> Callable:
        CRAFTED[name] = make
        return make

    return add


def _in_file(name: str) -> Callable:
    """Register what is done to a file that is otherwise a good one."""

    def add(change: Callable[[h5py.File, Path], None]) -> Callable:
        def make(path: Path, secret: Path) -> None:
            shutil.copy(path.with_name("good.h5"), path)
            with h5py.File(path, mode="r+", libver=("v110", "v110")) as file:
                change(file, secret)

        CRAFTED[name] = make
        return change

    return add


def _dataset(file: h5py.File, **options: object) -> None:
    del file["loss"]
    file.create_dataset("loss", **options)


_in_file("external storage")(
    lambda f, s: _dataset(f, shape=(9,), dtype="u1", external=[(str(s), 0, 9)])
)
_in_file("external link")(lambda f, s: f.__setitem__("extra", h5py.ExternalLink(str(s), "/W")))
_in_file("soft link")(lambda f, s: f.__setitem__("extra", h5py.SoftLink("/elsewhere")))
_in_file("soft link to itself")(lambda f, s: f.__setitem__("extra", h5py.SoftLink("/extra")))
_in_file("a group that holds the root")(lambda f, s: f.create_group("g").__setitem__("up", f["/"]))
_in_file("a named type")(lambda f, s: f.__setitem__("extra", np.dtype("f8")))
_in_file("4 TB declared")(lambda f, s: _dataset(f, shape=(10**12,), dtype="f4", chunks=(10**6,)))
_in_file("dimensions whose product overflows")(
    lambda f, s: _dataset(f, shape=(2**40, 2**40), dtype="f8", chunks=(1, 1024))
)
_in_file("1 GB of zeros in a kilobyte")(
    lambda f, s: _dataset(f, shape=(10**9,), dtype="u1", chunks=(10**7,), compression="gzip")
)
_in_file("text of variable length")(
    lambda f, s: _dataset(f, data=np.array(["x"], dtype=object), dtype=h5py.string_dtype())
)
_in_file("references")(lambda f, s: _dataset(f, data=f.ref, dtype=h5py.ref_dtype))
_in_file("a compound type")(lambda f, s: _dataset(f, data=np.zeros(3, [("a", "f4"), ("b", "u1")])))
_in_file("an opaque type")(lambda f, s: _dataset(f, data=np.zeros(3, "V8")))
_in_file("an enumeration")(
    lambda f, s: _dataset(f, shape=(3,), dtype=h5py.enum_dtype({"a": 1}, basetype="i1"))
)
_in_file("a filter that is a plug-in")(
    lambda f, s: _dataset(f, data=np.zeros(9), chunks=(9,), compression="lzf")
)
_in_file("names of markup")(lambda f, s: f.create_dataset("<script>alert(1)</script>", data=[1.0]))
_in_file("a name that steers the terminal")(lambda f, s: f.create_dataset("\x1b[2J", data=[1.0]))
_in_file("a name that goes up")(lambda f, s: f.create_dataset("..", data=[1.0]))
_in_file("twenty thousand objects")(
    lambda f, s: [f.create_dataset(f"d{i}", data=1.0, track_times=False) for i in range(20_000)]
)
_in_file("a text attribute of variable length")(lambda f, s: f.attrs.__setitem__("note", "hello"))
_in_file("a reference as attribute")(
    lambda f, s: f.attrs.create("there", f.ref, dtype=h5py.ref_dtype)
)
_in_file("no schema")(lambda f, s: f.attrs.__delitem__("schema"))
_in_file("a schema of text")(lambda f, s: f.attrs.__setitem__("schema", np.bytes_(b"1")))
_in_file("a newer schema")(lambda f, s: f.attrs.__setitem__("schema", 10**6))
_in_file("axes that are not there")(lambda f, s: f.attrs.__setitem__("axes", np.bytes_(b"x y z")))
_in_file("texts that are not there")(lambda f, s: f.attrs.__setitem__("texts", np.bytes_(b"W no")))
_in_file("no seeds")(lambda f, s: f.__delitem__("seed"))
_in_file("other shapes than its dimensions")(
    lambda f, s: f["loss"].attrs.__setitem__("dims", np.bytes_(b"density seed name"))
)
_in_file("a configuration that is none")(
    lambda f, s: (
        f.__delitem__("config_toml"),
        f.create_dataset("config_toml", data=np.bytes_(b"[" * 5000)),
        # as a file that was made before texts had a hash
        f.attrs.__delitem__("texts_sha256"),
    )
)
_in_file("many small bombs")(
    lambda f, s: [
        f.create_dataset(f"extra{i}", (60, 10**6), "f4", chunks=(1, 10**6)) for i in range(24)
    ]
)


@_in_file("a virtual dataset")
def _virtual(file: h5py.File, secret: Path) -> None:
    view = h5py.VirtualLayout(shape=(9,), dtype="u1")
    view[:] = h5py.VirtualSource(str(secret), "W", shape=(9,))
    del file["loss"]
    file.create_virtual_dataset("loss", view)


@crafted("the default format")
def _default(path: Path, secret: Path) -> None:
    with h5py.File(path, mode="x") as file:
        file["W"] = np.zeros(9)


crafted("a pipe")(lambda path, secret: os.mkfifo(path))
crafted("a folder")(lambda path, secret: path.mkdir())
crafted("an endless device")(lambda path, secret: path.symlink_to("/dev/zero"))
crafted("memory of the process")(lambda path, secret: path.symlink_to("/proc/self/mem"))
crafted("nothing")(lambda path, secret: path.write_bytes(b""))
crafted("a text")(lambda path, secret: path.write_text("hello\n" * 1000))
crafted("a signature only")(lambda path, secret: path.write_bytes(b"\x89HDF\r\n\x1a\n\x03"))
crafted("a signature behind a user block")(
    lambda path, secret: path.write_bytes(b"\0" * 512 + path.with_name("good.h5").read_bytes())
)

"""Results in other formats: xarray, pandas, netCDF, CSV, NumPy."""

from __future__ import annotations

import csv
import itertools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import store
from phasesim.errors import MissingExtra, UsageError, did_you_mean
from phasesim.result import Result
from phasesim.store.durable import io_errors, publish_new, temporary

#: what a text must not begin with, lest a spreadsheet computes it
_FORMULA = set("=+-@\t\r")


def to_xarray(result: Result) -> Any:
    """All stored arrays as an xarray.Dataset; axes are dims with their dotted path attached.

    Raises:
        MissingExtra: xarray is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise MissingExtra("xarray output", "xarray") from None
    lead = len(result.shape)
    names = result.dims("status")[: lead - 1]
    coords: dict[str, Any] = {
        name: (name, axis.array(), {"path": axis.path})
        for name, axis in zip(names, result.sweep.axes, strict=True)
    }
    coords["seed"] = np.arange(result.sweep.n_seeds)
    arrays = {}
    for name in result.names():
        own = result.dims(name)[lead:]
        arrays[name] = ((*names, "seed", *own), result.stored(name))
        coords |= {dim: result.along(dim) for dim in own}
    codes = np.arange(len(store.STATUS_MEANINGS), dtype=np.uint8)
    meanings = {"flag_values": codes, "flag_meanings": " ".join(store.STATUS_MEANINGS)}
    arrays["status"] = (*arrays["status"], meanings)
    attrs = {"name": result.sweep.name, "config_toml": result.sweep.to_toml()}
    return xarray.Dataset(arrays, coords, attrs)


def to_dataframe(result: Result) -> Any:
    """Scalars of every model as a pandas.DataFrame, one line a model.

    Raises:
        MissingExtra: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise MissingExtra("a data frame", "xarray") from None
    header, lines = _table(result)
    return pandas.DataFrame(lines, columns=header)


def export(result: Result, path: Path) -> None:
    """Write a result in the format of the file's ending.

    Raises:
        UsageError: unknown ending, or the file exists.
        MissingExtra: netCDF needs xarray and h5netcdf.
        StoreIOError: the system refused.
    """
    if path.suffix not in WRITERS:
        known = list(WRITERS)
        raise UsageError(f"{path}: unknown format, {did_you_mean(path.suffix, known)}")
    if path.exists():
        raise UsageError(f"{path}: exists already, choose another name")
    # under another name until it is whole: a kill leaves no half of a file behind that name
    with io_errors(path, "write"), temporary(path) as name:
        WRITERS[path.suffix](result, name)
        if not publish_new(name, path):
            raise UsageError(f"{path}: was made meanwhile, choose another name")


def _write_netcdf(result: Result, path: Path) -> None:
    dataset = to_xarray(result)
    try:
        dataset.to_netcdf(path, engine="h5netcdf")
    except (ImportError, ValueError) as error:
        if "h5netcdf" not in str(error):
            raise
        raise MissingExtra("netCDF output", "xarray") from None


def _write_csv(result: Result, path: Path) -> None:
    header, lines = _table(result)
    with path.open("x", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_cell(value) for value in line] for line in lines)


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def _write_npz(result: Result, path: Path) -> None:
    arrays: dict[str, Any] = {name: result.stored(name) for name in result.names()}
    coords: dict[str, Any] = {f"coord:{path}": values for path, values in result.coords.items()}
    # not by savez, for which an array of a user's may have the name of a parameter
    with zipfile.ZipFile(path, "x") as archive:
        for name, values in {**arrays, **coords}.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # its date is fixed, so that bytes repeat
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asarray(values), allow_pickle=False)


WRITERS = {".nc": _write_netcdf, ".csv": _write_csv, ".npz": _write_npz}


def _table(result: Result) -> tuple[list[str], Any]:
    """Header and lines: axis values, seed, and every stored scalar."""
    scalars = [n for n in result.names() if len(result.dims(n)) == len(result.shape)]
    columns = [result.stored(n).ravel().tolist() for n in scalars]
    axes = [axis.values for axis in result.sweep.axes]
    keys = itertools.product(*axes, range(result.sweep.n_seeds))
    header = [*(a.path for a in result.sweep.axes), "seed", *scalars]
    return header, ((*key, *row) for key, row in zip(keys, zip(*columns, strict=True), strict=True))

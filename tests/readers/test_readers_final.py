"""The final file as other programs see it: named dimensions, coordinates, the same numbers."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import phasesim as ps

DENSITIES = [1.0, 0.5, 0.25]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def finished(tiny_sweep, tmp_path_factory):
    """A store with an axis of texts, one of numbers, and snapshots; and its arrays."""
    path = tmp_path_factory.mktemp("finished") / "x.h5"
    axes = [
        ps.values("model", ["relu_output"]),
        ps.values("distribution.density", DENSITIES),
    ]
    sweep = tiny_sweep(axes=axes, record={"n_losses": 4, "snapshots": 3})
    with ps.run(sweep, path) as result:
        arrays = {name: result.stored(name) for name in result.names()}
        dims = {name: result.dims(name) for name in result.names()}
        return path, arrays, dims, result.to_xarray()


def texts(values):
    return [v.decode() if isinstance(v, bytes) else str(v) for v in np.asarray(values).tolist()]


def test_xarray_opens_the_file_itself_through_h5netcdf(finished):
    xarray = pytest.importorskip("xarray")
    path, arrays, dims, _ = finished
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        for name, values in arrays.items():
            assert opened[name].dims == dims[name], name
            np.testing.assert_array_equal(opened[name].values, values, name)
        assert not [d for d in opened.dims if "phony" in str(d)]
        np.testing.assert_array_equal(opened.density, DENSITIES)
        assert texts(opened.model) == ["relu_output"]
        assert {"seed", "hidden", "feature", "loss_step", "step"} <= set(opened.coords)
        assert opened.density.attrs["path"] == "distribution.density"
        assert opened.status.attrs["flag_meanings"].split()[1] == "ok"
        assert opened.W.attrs["long_name"]
        one = opened.sel(density=0.5, seed=1).isel(model=0)
        np.testing.assert_array_equal(one.W, arrays["W"][0, 1, 1])


def test_to_xarray_has_every_coordinate_of_the_file(finished):
    path, arrays, dims, made = finished
    for name, values in arrays.items():
        assert made[name].dims == dims[name]
        np.testing.assert_array_equal(made[name].values, values)
    with ps.store.open_final(path) as file:
        for dim in made.dims:
            found = made.coords[dim].values
            assert texts(found) == texts(file.read(dim)), dim
    assert made.status.attrs["flag_meanings"].split()[1] == "ok"
    assert made.model.attrs["path"] == "model" and made.sizes["seed"] == 2
    assert made.attrs["config_toml"].startswith("name = ")


def test_netcdf_goes_there_and_back(finished, tmp_path):
    xarray = pytest.importorskip("xarray")
    from phasesim.export import export

    with ps.open_result(finished[0]) as result:
        export(result, tmp_path / "x.nc")
    with xarray.open_dataset(tmp_path / "x.nc", engine="h5netcdf") as opened:
        assert opened.load().identical(finished[3])


NETCDF4 = """
import json, sys
import netCDF4
file = netCDF4.Dataset(sys.argv[1])
W = file["W"]
print(json.dumps({
    "dims": {name: list(v.dimensions) for name, v in file.variables.items()},
    "density": file["density"][:].tolist(),
    "W": W[:].filled(float("nan")).ravel().tolist(),
    "meanings": file["status"].flag_meanings,
}))
"""


def test_netcdf4_opens_the_file(finished):
    if importlib.util.find_spec("netCDF4") is None:
        pytest.skip("netCDF4 is not installed: pip install netCDF4")
    path, arrays, dims, _ = finished
    # in a process of its own: its HDF5 library and h5py's are not the same
    done = subprocess.run(
        [sys.executable, "-c", NETCDF4, path], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    for name in arrays:
        assert found["dims"][name] == list(dims[name])
    assert found["density"] == DENSITIES
    np.testing.assert_array_equal(np.array(found["W"], np.float32), arrays["W"].ravel())
    assert found["meanings"].split()[1] == "ok"


H5WASM = """
import h5wasm from "h5wasm/node";
await h5wasm.ready;
const file = new h5wasm.File(process.argv[1], "r");
const numbers = (name) => Array.from(file.get(name).value, Number);
const scales = (name) => file.get(name).shape.map((_, i) => file.get(name).get_attached_scales(i));
console.log(JSON.stringify({
  shape: file.get("W").shape, scales: scales("W"), W: numbers("W"), status: numbers("status"),
  density: numbers("density"), model: file.get("model").value,
  config: file.get("config_toml").value, axes: file.attrs.axes.value,
}));
"""


def test_h5wasm_opens_the_file_as_browsers_do(finished):
    node, folder = shutil.which("node"), os.environ.get("H5WASM_FOLDER", ROOT)
    if node is None:
        pytest.skip("node is not installed")
    if not (Path(folder) / "node_modules" / "h5wasm").is_dir():
        pytest.skip("h5wasm is not installed: npm install h5wasm, in H5WASM_FOLDER or here")
    path, arrays, dims, _ = finished
    done = subprocess.run(
        [node, "--input-type=module", "-e", H5WASM, path],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert tuple(found["shape"]) == arrays["W"].shape
    assert found["scales"] == [[f"/{dim}"] for dim in dims["W"]]
    np.testing.assert_array_equal(np.array(found["W"], np.float32), arrays["W"].ravel())
    assert found["status"] == arrays["status"].ravel().tolist()
    assert found["density"] == DENSITIES and found["model"] == ["relu_output"]
    assert found["config"].startswith("name = ") and found["axes"] == "model density"


def test_data_frames_have_a_line_a_model(finished):
    pandas = pytest.importorskip("pandas")
    path, arrays, _, _ = finished
    with ps.open_result(path) as result:
        frame = result.to_dataframe()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 6
    rows = frame.set_index(["model", "distribution.density", "seed"])
    assert rows.loc[("relu_output", 0.25, 1), "loss"] == pytest.approx(
        float(arrays["loss"][0, 2, 1])
    )

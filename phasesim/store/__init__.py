"""The store: all weights of a sweep, safe from kills, full disks and damaged bytes.

While a sweep runs, ``NAME.run/`` holds a manifest, a log, a kernel lock, and one immutable HDF5
file for each finished chunk of models. A chunk is built in memory, written under a temporary
name, brought to the disk, and linked under ``c<number>-<hash of its content>.h5``; so the set
of intact names is the record of what is done, and nothing can claim to be done that is not. No
HDF5 file is ever opened for update, and nothing that exists is ever truncated.

The finished sweep is ``NAME.h5``, merged from verified chunks, read back, and renamed into
place beside its checksum ``NAME.h5.sha256``. Its bytes depend on the rows alone.

A whole run, from nothing or from wherever the last one stopped::

    run = RunDirectory.create(run_path(final), manifest)
    with run.lock():
        run.clean_temporaries()
        done = run.completed()
        for k in plan:
            if k not in done:
                run.commit(k, arrays, attrs)
        write_final(final, layout, run.parts(), attrs=..., texts=..., workdir=run.path)
        retire(run, final)

To extend a finished sweep, create the directory with ``base=final`` and the larger sweep's
manifest; to extend a running one, `RunDirectory.supersede` its manifest. Both keep the rows
that are done, which are found again by cell hash and replica number (`iter_rows`); the merge
then needs ``replace=True``.

Importing this package imports neither h5py nor jax.
"""

from __future__ import annotations

from phasesim.store.aside import adopt_final as adopt_final
from phasesim.store.aside import remove_retired as remove_retired
from phasesim.store.aside import retire as retire
from phasesim.store.aside import set_aside as set_aside
from phasesim.store.durable import replace_file as replace_file
from phasesim.store.durable import sha256_file as sha256_file
from phasesim.store.final import write_final as write_final
from phasesim.store.image import decode_chunk as decode_chunk
from phasesim.store.image import encode_chunk as encode_chunk
from phasesim.store.layout import STATUS_MEANINGS as STATUS_MEANINGS
from phasesim.store.layout import Axis as Axis
from phasesim.store.layout import Field as Field
from phasesim.store.layout import Layout as Layout
from phasesim.store.layout import RowIndex as RowIndex
from phasesim.store.layout import axis_names as axis_names
from phasesim.store.locks import Held as Held
from phasesim.store.locks import is_held as is_held
from phasesim.store.names import analysis_path as analysis_path
from phasesim.store.names import find_run as find_run
from phasesim.store.names import log_path as log_path
from phasesim.store.names import run_path as run_path
from phasesim.store.names import sidecar_path as sidecar_path
from phasesim.store.reader import FinalFile as FinalFile
from phasesim.store.reader import open_final as open_final
from phasesim.store.reader import open_unhashed as open_unhashed
from phasesim.store.rows import ArrayPart as ArrayPart
from phasesim.store.rows import ChunkPart as ChunkPart
from phasesim.store.rows import RowPart as RowPart
from phasesim.store.rows import iter_rows as iter_rows
from phasesim.store.rundir import RunDirectory as RunDirectory
from phasesim.store.schema import SCHEMA as SCHEMA
from phasesim.store.space import need_space as need_space

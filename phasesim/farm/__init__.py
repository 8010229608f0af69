"""Sweeps on several processes and machines: shards, and executors that tasks are handed to.

A *shard* is a share of the chunks, computed by a process of its own (`run_shard`); any number of
them work in one running directory, and the last one merges. An *executor* is something that
offers `concurrent.futures.Executor`: `run_farmed` hands it one task a chunk. A task stores its
chunk and returns a receipt, so no numbers travel and a dead worker costs the chunk it was at.

**Adding an executor** takes one file in this folder (or in ``farm/`` of a plugin folder) with a
part of the file's name, whose ``pool`` gives the `concurrent.futures.Executor`; ``--executor
NAME`` then finds it. None of this changes a bit of a result: chunks are named by their content.
"""

from phasesim.registry import namespace

namespace(__name__, "executor")

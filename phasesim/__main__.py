"""The command line: ``python -m phasesim`` and ``phasesim``."""

from __future__ import annotations

import sys

from phasesim.cli.app import main

if __name__ == "__main__":
    sys.exit(main())

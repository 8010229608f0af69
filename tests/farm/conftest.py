"""Makes the stand-in trainer of this folder importable here and in spawned processes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

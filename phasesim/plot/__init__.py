"""Axes-level plots: data first, the rest by keyword, ``ax=None``; each returns its Axes.

Every plot has a ``prepare_*`` function that returns what it draws as numbers. Importing this
package sets no style: use ``with plot.style(): …``.
"""

from phasesim.plot._agreement import Agreement as Agreement
from phasesim.plot._agreement import agreement as agreement
from phasesim.plot._agreement import agreement_assertions as agreement_assertions
from phasesim.plot._agreement import read_cell as read_cell
from phasesim.plot._assertion import assertion as assertion
from phasesim.plot._boundaries import Boundaries as Boundaries
from phasesim.plot._boundaries import prepare_boundaries as prepare_boundaries
from phasesim.plot._diagram import phase_diagram as phase_diagram
from phasesim.plot._features import features as features
from phasesim.plot._features import prepare_features as prepare_features
from phasesim.plot._gram import gram as gram
from phasesim.plot._gram import prepare_gram as prepare_gram
from phasesim.plot._labels import axis_label as axis_label
from phasesim.plot._labels import describe as describe
from phasesim.plot._labels import describe_reduction as describe_reduction
from phasesim.plot._loss_curve import loss_curve as loss_curve
from phasesim.plot._loss_curve import prepare_loss_curve as prepare_loss_curve
from phasesim.plot._measured import PhaseDiagram as PhaseDiagram
from phasesim.plot._measured import prepare_phase_diagram as prepare_phase_diagram
from phasesim.plot._palette import PALETTES as PALETTES
from phasesim.plot._palette import phase_colors as phase_colors
from phasesim.plot._save import save as save
from phasesim.plot._style import DOUBLE as DOUBLE
from phasesim.plot._style import SINGLE as SINGLE
from phasesim.plot._style import style as style
from phasesim.plot._theory import prepare_theory_diagram as prepare_theory_diagram
from phasesim.plot._theory_diagram import theory_diagram as theory_diagram

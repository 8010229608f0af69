"""What shapes the features form: components, polytopes, best codes, and solutions laid on another.

NumPy and SciPy only. The metrics of the same subjects call these with their default thresholds.
"""

from phasesim.geometry.alignment import Alignment as Alignment
from phasesim.geometry.alignment import align as align
from phasesim.geometry.alignment import solution_distance as solution_distance
from phasesim.geometry.angles import AngleSummary as AngleSummary
from phasesim.geometry.angles import angle_summary as angle_summary
from phasesim.geometry.canonical import canonical as canonical
from phasesim.geometry.codes import best_code_angle as best_code_angle
from phasesim.geometry.codes import random_code_angle as random_code_angle
from phasesim.geometry.components import Components as Components
from phasesim.geometry.components import components as components
from phasesim.geometry.factors import Factor as Factor
from phasesim.geometry.factors import polytope_label as polytope_label
from phasesim.geometry.factors import polytope_labels as polytope_labels
from phasesim.geometry.factors import tegum_factors as tegum_factors
from phasesim.geometry.polytopes import POLYTOPES as POLYTOPES
from phasesim.geometry.polytopes import Polytope as Polytope
from phasesim.geometry.polytopes import polytopes_of as polytopes_of

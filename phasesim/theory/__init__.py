"""What can be said without training: candidates, exact losses, true optima and boundaries.

NumPy only. `population_loss` is exact, so an optimum is limited by the search alone.
"""

from phasesim.theory.block_gain import BlockGain as BlockGain
from phasesim.theory.block_gain import Plateau as Plateau
from phasesim.theory.block_gain import block_gain as block_gain
from phasesim.theory.block_gain import plateaus as plateaus
from phasesim.theory.boundary import Boundary as Boundary
from phasesim.theory.boundary import boundary as boundary
from phasesim.theory.candidates import paper_boundary as paper_boundary
from phasesim.theory.candidates import phase_candidates as phase_candidates
from phasesim.theory.candidates import phase_of_candidates as phase_of_candidates
from phasesim.theory.capacity import pair_capacity as pair_capacity
from phasesim.theory.continuation import Continuation as Continuation
from phasesim.theory.continuation import Path as Path
from phasesim.theory.continuation import continuation as continuation
from phasesim.theory.continuation import spinodal as spinodal
from phasesim.theory.crossing import Crossing as Crossing
from phasesim.theory.crossing import crossing as crossing
from phasesim.theory.curvature import hessian_eigenvalues as hessian_eigenvalues
from phasesim.theory.curvature import remaining_loss as remaining_loss
from phasesim.theory.enumeration import enumerated_loss as enumerated_loss
from phasesim.theory.exact import population_loss as population_loss
from phasesim.theory.exact import population_loss_and_gradient as population_loss_and_gradient
from phasesim.theory.k_gons import k_gon_levels as k_gon_levels
from phasesim.theory.moments import feature_variance as feature_variance
from phasesim.theory.moments import null_loss as null_loss
from phasesim.theory.moments import orthogonal_loss as orthogonal_loss
from phasesim.theory.optimum import Optimum as Optimum
from phasesim.theory.optimum import optimum as optimum
from phasesim.theory.optimum import optimum_grid as optimum_grid
from phasesim.theory.parts import LossParts as LossParts
from phasesim.theory.parts import population_loss_parts as population_loss_parts
from phasesim.theory.polytopes import POLYTOPES as POLYTOPES
from phasesim.theory.polytopes import polytope as polytope

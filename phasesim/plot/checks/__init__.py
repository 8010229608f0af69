"""What the literature says of each figure, as assertions with controls that must fail.

One file a figure; each function takes a result and returns rows as `phasesim.plot.assertion`
makes them.
"""

from phasesim.plot.checks.absolute import absolute as absolute
from phasesim.plot.checks.absolute import motif as motif
from phasesim.plot.checks.absolute import motif_counts as motif_counts
from phasesim.plot.checks.absolute import naive_loss as naive_loss
from phasesim.plot.checks.absolute_small import absolute_small as absolute_small
from phasesim.plot.checks.absolute_small import pair_counts as pair_counts
from phasesim.plot.checks.absolute_small import small_weights as small_weights
from phasesim.plot.checks.activation import activation as activation
from phasesim.plot.checks.adversarial import adversarial as adversarial
from phasesim.plot.checks.anticorrelated import anticorrelated as anticorrelated
from phasesim.plot.checks.basics import basics as basics
from phasesim.plot.checks.basins import basins as basins
from phasesim.plot.checks.block_gain import block_gains as block_gains
from phasesim.plot.checks.capacity import capacity as capacity
from phasesim.plot.checks.context_neuron import context_neuron as context_neuron
from phasesim.plot.checks.context_roles import context_roles as context_roles
from phasesim.plot.checks.control import control as control
from phasesim.plot.checks.cooccurrence import cooccurrence as cooccurrence
from phasesim.plot.checks.corner import corner as corner
from phasesim.plot.checks.correlated import correlated as correlated
from phasesim.plot.checks.dependent import dependent as dependent
from phasesim.plot.checks.dimensions import dimensions as dimensions
from phasesim.plot.checks.dimensions import lines as lines
from phasesim.plot.checks.disagreement import disagreement as disagreement
from phasesim.plot.checks.double_descent import double_descent as double_descent
from phasesim.plot.checks.ends import ends as ends
from phasesim.plot.checks.excess import excess as excess
from phasesim.plot.checks.gain import gain as gain
from phasesim.plot.checks.hysteresis import hysteresis as hysteresis
from phasesim.plot.checks.incidental import incidental as incidental
from phasesim.plot.checks.initial_scale import initial_scale as initial_scale
from phasesim.plot.checks.k_gons import k_gons as k_gons
from phasesim.plot.checks.l1 import l1 as l1
from phasesim.plot.checks.l1 import most_shared as most_shared
from phasesim.plot.checks.label_switches import label_switches as label_switches
from phasesim.plot.checks.learning import energy_levels as energy_levels
from phasesim.plot.checks.learning import geometric as geometric
from phasesim.plot.checks.local_basis import local_basis as local_basis
from phasesim.plot.checks.neurons import activations as activations
from phasesim.plot.checks.neurons import beyond_chance as beyond_chance
from phasesim.plot.checks.neurons import privileged as privileged
from phasesim.plot.checks.pentagon import pentagon as pentagon
from phasesim.plot.checks.perturbed import perturbed as perturbed
from phasesim.plot.checks.polytopes import polytopes as polytopes
from phasesim.plot.checks.principal import principal as principal
from phasesim.plot.checks.scaling import scaling as scaling
from phasesim.plot.checks.sensing import sensing as sensing
from phasesim.plot.checks.sizes import sizes as sizes

"""Axes-level plots: data first, the rest by keyword, ``ax=None``; each returns its Axes.

Every plot has a ``prepare_*`` function that returns what it draws as numbers. Importing this
package sets no style: use ``with plot.style(): …``.
"""

from phasesim.plot import checks as checks
from phasesim.plot._agreement import Agreement as Agreement
from phasesim.plot._agreement import agreement as agreement
from phasesim.plot._agreement import agreement_assertions as agreement_assertions
from phasesim.plot._agreement import read_cell as read_cell
from phasesim.plot._animation import Film as Film
from phasesim.plot._animation import animation as animation
from phasesim.plot._animation import prepare_animation as prepare_animation
from phasesim.plot._assertion import assertion as assertion
from phasesim.plot._axis_lines import AxisLines as AxisLines
from phasesim.plot._axis_lines import axis_lines as axis_lines
from phasesim.plot._axis_lines import prepare_axis_lines as prepare_axis_lines
from phasesim.plot._basins import BasinShares as BasinShares
from phasesim.plot._basins import basins as basins
from phasesim.plot._basins import prepare_basins as prepare_basins
from phasesim.plot._block_gain import BlockGains as BlockGains
from phasesim.plot._block_gain import block_gains as block_gains
from phasesim.plot._block_gain import prepare_block_gain as prepare_block_gain
from phasesim.plot._boundaries import Boundaries as Boundaries
from phasesim.plot._boundaries import prepare_boundaries as prepare_boundaries
from phasesim.plot._branches import Branches as Branches
from phasesim.plot._branches import branches as branches
from phasesim.plot._branches import prepare_branches as prepare_branches
from phasesim.plot._capacity import Capacities as Capacities
from phasesim.plot._capacity import capacity_lines as capacity_lines
from phasesim.plot._capacity import capacity_map as capacity_map
from phasesim.plot._capacity import prepare_capacity as prepare_capacity
from phasesim.plot._cell import Model as Model
from phasesim.plot._cell import model_at as model_at
from phasesim.plot._collisions import Collisions as Collisions
from phasesim.plot._collisions import collisions as collisions
from phasesim.plot._collisions import prepare_collisions as prepare_collisions
from phasesim.plot._control import ControlMap as ControlMap
from phasesim.plot._control import control_map as control_map
from phasesim.plot._control import prepare_control_map as prepare_control_map
from phasesim.plot._curve import Curves as Curves
from phasesim.plot._curve import curve as curve
from phasesim.plot._curve import prepare_curve as prepare_curve
from phasesim.plot._damage import damage as damage
from phasesim.plot._diagram import phase_diagram as phase_diagram
from phasesim.plot._dimensionality import dimensionality_scatter as dimensionality_scatter
from phasesim.plot._dimensionality import prepare_dimensionality as prepare_dimensionality
from phasesim.plot._disagreement import disagreement as disagreement
from phasesim.plot._disagreement import prepare_disagreement as prepare_disagreement
from phasesim.plot._excess import excess as excess
from phasesim.plot._excess import prepare_excess as prepare_excess
from phasesim.plot._excess import prepare_loss_ratio as prepare_loss_ratio
from phasesim.plot._features import features as features
from phasesim.plot._features import prepare_features as prepare_features
from phasesim.plot._gain import gain as gain
from phasesim.plot._gain import prepare_gain as prepare_gain
from phasesim.plot._gram import gram as gram
from phasesim.plot._gram import prepare_gram as prepare_gram
from phasesim.plot._graph import FeatureGraph as FeatureGraph
from phasesim.plot._graph import feature_graph as feature_graph
from phasesim.plot._graph import prepare_feature_graph as prepare_feature_graph
from phasesim.plot._hysteresis import Hysteresis as Hysteresis
from phasesim.plot._hysteresis import hysteresis as hysteresis
from phasesim.plot._hysteresis import prepare_hysteresis as prepare_hysteresis
from phasesim.plot._labels import axis_label as axis_label
from phasesim.plot._labels import describe as describe
from phasesim.plot._labels import describe_reduction as describe_reduction
from phasesim.plot._learning import Learning as Learning
from phasesim.plot._learning import directions as directions
from phasesim.plot._learning import learning as learning
from phasesim.plot._learning import prepare_learning as prepare_learning
from phasesim.plot._learning import stages as stages
from phasesim.plot._levels import LossLevels as LossLevels
from phasesim.plot._levels import levels as levels
from phasesim.plot._levels import prepare_levels as prepare_levels
from phasesim.plot._lines import LineCount as LineCount
from phasesim.plot._lines import count_lines as count_lines
from phasesim.plot._loss_curve import loss_curve as loss_curve
from phasesim.plot._loss_curve import prepare_loss_curve as prepare_loss_curve
from phasesim.plot._measured import PhaseDiagram as PhaseDiagram
from phasesim.plot._measured import prepare_phase_diagram as prepare_phase_diagram
from phasesim.plot._memorised import samples_and_features as samples_and_features
from phasesim.plot._memorised import several as several
from phasesim.plot._metric_map import metric_map as metric_map
from phasesim.plot._motif import motifs as motifs
from phasesim.plot._neurons import counts as counts
from phasesim.plot._neurons import neuron_stack as neuron_stack
from phasesim.plot._neurons import prepare_neuron_stack as prepare_neuron_stack
from phasesim.plot._neurons import scaled as scaled
from phasesim.plot._neurons import weight_map as weight_map
from phasesim.plot._neurons import weights_at as weights_at
from phasesim.plot._outline import outline as outline
from phasesim.plot._outline import paper_boundary as paper_boundary
from phasesim.plot._outline import prepare_outline as prepare_outline
from phasesim.plot._outputs import output_assertion as output_assertion
from phasesim.plot._outputs import output_curves as output_curves
from phasesim.plot._outputs import output_map as output_map
from phasesim.plot._outputs import output_maps as output_maps
from phasesim.plot._outputs import output_mean as output_mean
from phasesim.plot._outputs import output_values as output_values
from phasesim.plot._outputs import prepare_output_map as prepare_output_map
from phasesim.plot._overlap_map import overlap_map as overlap_map
from phasesim.plot._overlap_map import prepare_overlap_map as prepare_overlap_map
from phasesim.plot._overlay import Overlay as Overlay
from phasesim.plot._overlay import overlay as overlay
from phasesim.plot._overlay import prepare_overlay as prepare_overlay
from phasesim.plot._own_map import own_map as own_map
from phasesim.plot._palette import PALETTES as PALETTES
from phasesim.plot._palette import phase_colors as phase_colors
from phasesim.plot._phase_table import phase_table as phase_table
from phasesim.plot._phase_table import prepare_phase_table as prepare_phase_table
from phasesim.plot._points import point_assertions as point_assertions
from phasesim.plot._save import save as save
from phasesim.plot._save_animation import film_suffix as film_suffix
from phasesim.plot._save_animation import save_animation as save_animation
from phasesim.plot._scalar import ScalarMap as ScalarMap
from phasesim.plot._scaling import Scaling as Scaling
from phasesim.plot._scaling import prepare_scaling as prepare_scaling
from phasesim.plot._scaling import scaling_exponents as scaling_exponents
from phasesim.plot._scaling import scaling_losses as scaling_losses
from phasesim.plot._set_curve import MateCurve as MateCurve
from phasesim.plot._set_curve import mate_curve as mate_curve
from phasesim.plot._set_curve import prepare_mate_curve as prepare_mate_curve
from phasesim.plot._set_features import prepare_set_features as prepare_set_features
from phasesim.plot._set_features import set_features as set_features
from phasesim.plot._set_gram import set_gram as set_gram
from phasesim.plot._sets import Overlap as Overlap
from phasesim.plot._sets import prepare_overlap as prepare_overlap
from phasesim.plot._sets import prepare_set_rms as prepare_set_rms
from phasesim.plot._sizes import SizeTrend as SizeTrend
from phasesim.plot._sizes import size_trend as size_trend
from phasesim.plot._sizes import size_trends as size_trends
from phasesim.plot._stack import Stack as Stack
from phasesim.plot._stack import prepare_stack as prepare_stack
from phasesim.plot._stack import stack as stack
from phasesim.plot._stack import stack_legend as stack_legend
from phasesim.plot._style import DOUBLE as DOUBLE
from phasesim.plot._style import SINGLE as SINGLE
from phasesim.plot._style import style as style
from phasesim.plot._theory import prepare_theory_diagram as prepare_theory_diagram
from phasesim.plot._theory_diagram import theory_diagram as theory_diagram
from phasesim.plot._tradeoff import prepare_tradeoff as prepare_tradeoff
from phasesim.plot._tradeoff import tradeoff as tradeoff
from phasesim.plot._trained_boundary import trained_boundary as trained_boundary

#: what the code of figures uses beside plots: it is reached by name, and not listed
_HELPERS = frozenset(
    """agreement_assertions assertion axis_label count_lines describe describe_reduction film_suffix
    motifs output_assertion output_mean output_values point_assertions read_cell scaled size_trend
    stack_legend stages weights_at""".split()
)


def __dir__() -> list[str]:
    return sorted(n for n in globals() if not n.startswith("_") and n not in _HELPERS)

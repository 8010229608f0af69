"""The page on which a sweep is looked at: one file, no server, no network.

`explore` puts what a store holds, the code that shows it and plotly.js into one HTML file. The
Python side decides what fits (`budget`) and computes every number of a map (`maps`); the page's
own code (`assets/`) selects, draws, and derives from the weights of one model what is shown of it.
"""

from phasesim.explore.page import Page as Page
from phasesim.explore.page import explore as explore

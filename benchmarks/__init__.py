"""Measurements of phasesim beside other ways to train the same models; see README.md."""

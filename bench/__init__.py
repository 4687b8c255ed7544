"""Measurements on real servers, for the figures in the documentation."""

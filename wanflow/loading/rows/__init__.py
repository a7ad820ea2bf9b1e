"""Rows of a campaign as a stream, whatever form they have."""

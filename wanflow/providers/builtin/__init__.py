"""Exact pixel work on this machine, with any provider: crop, resize, pad, rotate and the like."""

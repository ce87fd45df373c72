"""Invented units, people and sheets: deterministic, plausible, no real person or place."""

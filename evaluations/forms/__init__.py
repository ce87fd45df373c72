"""What people type, one module for each matter: shape and choices only."""

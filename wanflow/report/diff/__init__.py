"""Two runs, or two versions of a recipe: what is different, and nothing else."""

"""What lasts: pictures by their content, the journal of runs, run directories, locks."""

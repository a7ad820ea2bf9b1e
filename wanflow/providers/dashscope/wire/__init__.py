"""What goes over the wire and what comes back, as values: no network in here."""

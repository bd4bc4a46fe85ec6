"""Pure arithmetic and decisions: no Django, no clock, no I/O."""

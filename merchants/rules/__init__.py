"""Pure arithmetic: no Django, no clock, no I/O. Arrays and open streams come in as arguments."""

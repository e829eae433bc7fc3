"""One file for each detector, with its name: ATTACKS, which fire it, and LOOK_ALIKES, which must not."""

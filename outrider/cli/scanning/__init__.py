"""What `outrider scan` does around the library: reads artifacts on several cores, remembers layers, joins
the parts."""

"""Reports: one format a file, from values to text. No format looks at anything but what it is given."""

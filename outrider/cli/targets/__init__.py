"""What can be scanned, one kind a file: each opens its artifact as parts that can be read in any process."""

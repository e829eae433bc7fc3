"""Fargate's rules as data: what it accepts, in which order it starts containers, what confines them."""

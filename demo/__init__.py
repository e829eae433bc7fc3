"""PROGRAM: `make demo`. One protected task from nothing: learned, attacked, defended, explained."""

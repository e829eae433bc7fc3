"""Every call of the injector to AWS that the command line does not share."""

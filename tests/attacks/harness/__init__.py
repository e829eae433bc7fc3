"""What an attack needs around it: a runtime, its API, an attacker who listens, who hears the guard."""

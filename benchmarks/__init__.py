"""What the README's Promises quote: bare, alert and block side by side, in one run. See README.md here."""

"""Whether an artifact may pass: thresholds, what somebody decided to live with, and what was there before."""

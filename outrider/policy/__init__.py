"""The policy document, its compiled blob, and how a document is made from a learned model."""

"""`make scan-demo`: an image scanned, gated, mended and scanned again."""

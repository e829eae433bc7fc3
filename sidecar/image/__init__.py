"""The sidecar's image, built without a container engine. Not part of the image itself."""

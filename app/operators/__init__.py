"""For who runs the installation: is it alive, is it ready, what does it count."""

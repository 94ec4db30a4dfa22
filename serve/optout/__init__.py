"""An agency's own way out: asked for from its address, done by a mail's link."""

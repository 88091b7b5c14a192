"""The people served: who they are, kept sealed."""
